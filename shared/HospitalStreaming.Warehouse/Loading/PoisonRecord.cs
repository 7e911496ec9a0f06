using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>A record of a change topic that cannot be applied: it stays in raw with its reason, and holds back its key's later changes in current.</summary>
/// <param name="Position">Where it is in the log.</param>
/// <param name="HeldKey">The key held back; null where even that cannot be read.</param>
/// <param name="Reason">Short code, as in dead letters.</param>
/// <param name="Detail">Plain words; no values of the row.</param>
/// <param name="Key">Original key bytes.</param>
/// <param name="Value">Original value bytes.</param>
public sealed record PoisonRecord(LogPosition Position, RowKey? HeldKey, string Reason, string Detail, byte[]? Key, byte[]? Value);
