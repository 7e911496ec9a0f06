namespace HospitalStreaming.Warehouse.Loading;

/// <summary>What one load did.</summary>
/// <param name="LoadId">Number of the load in the ledger.</param>
/// <param name="Tables">What it did to each table it touched.</param>
public sealed record LoadResult(long LoadId, IReadOnlyList<TableLoad> Tables);
