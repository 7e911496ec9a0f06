using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>A row that moved to another key and waits for large columns the old key's delete will bring.</summary>
/// <param name="Key">Its key now.</param>
/// <param name="MissingKey">The key it had.</param>
/// <param name="MissingLsn">LSN of that key's delete.</param>
internal readonly record struct PendingMove(RowKey Key, RowKey MissingKey, long MissingLsn);
