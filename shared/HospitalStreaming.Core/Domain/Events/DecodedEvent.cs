using System.Diagnostics.CodeAnalysis;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>What a record of an event topic turned out to be: an event or a rejection, never both.</summary>
public sealed record DecodedEvent
{
    private DecodedEvent(HospitalEvent? value, EventRejection? rejection) => (Event, Rejection) = (value, rejection);

    /// <summary>The event; null where it was rejected.</summary>
    public HospitalEvent? Event { get; }

    /// <summary>Why it was rejected; null where it was not.</summary>
    public EventRejection? Rejection { get; }

    /// <summary>Whether there is an event.</summary>
    [MemberNotNullWhen(true, nameof(Event))]
    [MemberNotNullWhen(false, nameof(Rejection))]
    public bool Accepted => Event is not null;

    internal static DecodedEvent Of(HospitalEvent value) => new(value, null);

    internal static DecodedEvent Of(EventRejection rejection) => new(null, rejection);
}
