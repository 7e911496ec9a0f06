namespace HospitalStreaming.Warehouse.Sql;

/// <summary>How a snapshot is opened.</summary>
/// <param name="Writes">Whether it may write; it commits when the work returns, and rolls back when it throws.</param>
/// <param name="Lock">An advisory lock (of <see cref="WarehouseLocks"/>) that is taken before the snapshot and given back after its end; null for none.</param>
public sealed record SnapshotMode(bool Writes, long? Lock = null)
{
    /// <summary>Reads only, no lock.</summary>
    public static SnapshotMode ReadOnly { get; } = new(Writes: false);
}
