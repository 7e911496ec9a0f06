namespace HospitalStreaming.WarehouseSink;

/// <summary>Section WarehouseSink: how eagerly and how much at once lake objects are loaded.</summary>
public sealed class WarehouseSinkOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "WarehouseSink";

    /// <summary>Shortest time between two looks for new objects, also when the lake says that it has grown. Default 100 ms.</summary>
    public TimeSpan Cycle { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest time between two looks when nobody says anything. Default 500 ms in one process; on GCS, where a look costs, raise it.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Most records in one load. Default 100,000: the more a load takes in, the fewer times it writes a row that changes often.</summary>
    public int MaxRows { get; set; } = 100_000;

    /// <summary>Most bytes of lines in one load, uncompressed. Default 128 MiB. One object is always taken, however large.</summary>
    public long MaxBytes { get; set; } = 128L * 1024 * 1024;

    /// <summary>
    /// File that describes tables beside the hospital's own (docs/types.md), which are then loaded too. What it says is kept in the lake and holds
    /// from there on, with the file or without. Read when the role starts. Default none.
    /// </summary>
    public string? Tables { get; set; }
}
