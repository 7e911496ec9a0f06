using System.Collections.Immutable;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>One event of an event topic: the whole row as it is from then on, or that it is gone.</summary>
/// <param name="EventId">Deterministic id, unique in its hospital.</param>
/// <param name="HospitalId">Hospital that sent it.</param>
/// <param name="EventTime">When it happened, UTC, to the microsecond; the row's updated_at.</param>
/// <param name="Type">Written or gone.</param>
/// <param name="Table">The table its topic feeds.</param>
/// <param name="Values">
/// One value a column in the order of <see cref="TableDescription.Columns"/> (hospital_id and updated_at included): long, int, decimal
/// of scale two, string, bool, <see cref="DateOnly"/>, <see cref="DateTimeOffset"/> in UTC, or null.
/// </param>
public sealed record HospitalEvent(
    string EventId,
    string HospitalId,
    DateTimeOffset EventTime,
    EventType Type,
    TableDescription Table,
    ImmutableArray<object?> Values)
{
    /// <summary>The row's key.</summary>
    public long Key => (long)Values[0]!;

    /// <summary>The value of a column by name.</summary>
    /// <exception cref="ArgumentException">The table has no such column.</exception>
    public object? this[string column] => Values[Table.Columns.IndexOf(Table.Required(column))];

    /// <inheritdoc/>
    public bool Equals(HospitalEvent? other) =>
        other is not null
        && EventId == other.EventId
        && HospitalId == other.HospitalId
        && EventTime == other.EventTime
        && Type == other.Type
        && Table.Name == other.Table.Name
        && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(EventId, HospitalId, Table.Name);
}
