namespace HospitalStreaming.Core.Domain.Events;

/// <summary>Why an event cannot be taken.</summary>
/// <param name="Reason">One of <see cref="RejectionReasons"/>.</param>
/// <param name="Detail">Plain words that name a field at most, never a value.</param>
public sealed record EventRejection(string Reason, string Detail);
