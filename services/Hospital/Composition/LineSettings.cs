using HospitalStreaming.Broker;

namespace HospitalStreaming.Hospital.Composition;

/// <summary>Section Line: what `hospital up` brings itself.</summary>
public sealed class LineSettings
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Line";

    /// <summary>State folder. Default .hospital below the folder the command runs in.</summary>
    public string State { get; set; } = ".hospital";

    /// <summary>Port of the embedded broker; empty takes 9092 where it is free, else any free one; 0 any free one.</summary>
    public int? BrokerPort { get; set; }

    /// <summary>Port of the hospital's embedded PostgreSQL; empty takes 5433 (seed 003's) where it is free, else any free one.</summary>
    public int? PostgresPort { get; set; }

    /// <summary>Port of the warehouse's embedded PostgreSQL; empty takes 5434 where it is free, else any free one.</summary>
    public int? WarehousePort { get; set; }

    /// <summary>When the embedded broker forces records to disk: Os (a power cut may cost the last seconds), Interval (1 s) or Each. All survive kill -9.</summary>
    public FlushPolicy BrokerFlush { get; set; } = FlushPolicy.Os;

    /// <summary>Disk the embedded broker's topics may take together, GiB; the oldest segments go first. Default 10.</summary>
    public int BrokerDiskBudgetGib { get; set; } = 10;
}
