namespace HospitalStreaming.Warehouse.Loading;

/// <summary>What one load did to one table.</summary>
/// <param name="Table">Table.</param>
/// <param name="RawRows">Records added to raw.</param>
/// <param name="Written">Keys written in current, tombstones among them.</param>
/// <param name="Poison">Records that could not be applied.</param>
/// <param name="LastCommittedAt">Latest source commit time among its changes; null where none carries one.</param>
public sealed record TableLoad(string Table, long RawRows, long Written, long Poison, DateTimeOffset? LastCommittedAt);
