using HospitalStreaming.Core.Auditing;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>What verify counted of one table, for its report.</summary>
/// <param name="Table">The table.</param>
public sealed record TableFigures(string Table)
{
    /// <summary>Rows of the hospital's database, as the one snapshot of it sees them; null where it was not read.</summary>
    public RecordTally? Source { get; init; }

    /// <summary>Rows that are live in current, at the moment of the warehouse's snapshot.</summary>
    public RecordTally Current { get; init; } = new();

    /// <summary>Changes that wait in raw until their transactions are whole.</summary>
    public long Waiting { get; init; }

    /// <summary>Records by UTC day of their timestamp, up to where the warehouse has loaded them.</summary>
    public Dictionary<DateOnly, WindowFigures> Windows { get; init; } = [];

    internal WindowFigures Window(DateTimeOffset timestamp) => WindowFigures.Of(Windows, timestamp);
}
