namespace HospitalStreaming.Hospital.Composition;

/// <summary>Section Line: what `hospital up` brings itself.</summary>
public sealed class LineSettings
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Line";

    /// <summary>State folder. Default .hospital below the folder the command runs in.</summary>
    public string State { get; set; } = ".hospital";

    /// <summary>Port of the embedded broker; 0 takes a free one. Default 19092 where free.</summary>
    public int BrokerPort { get; set; } = -1;

    /// <summary>Port of the hospital's embedded PostgreSQL; 0 takes a free one.</summary>
    public int PostgresPort { get; set; }

    /// <summary>Port of the warehouse's embedded PostgreSQL; 0 takes a free one.</summary>
    public int WarehousePort { get; set; }
}
