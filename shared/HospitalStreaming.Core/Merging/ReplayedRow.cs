using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Merging;

/// <summary>What a key's history comes to.</summary>
/// <param name="Row">The row or tombstone; null where the key has no history.</param>
/// <param name="Missing">
/// The delete (its key and LSN) that must be read before the row is complete: the row moved here from that key, and keeps columns of it. Null
/// where nothing is missing.
/// </param>
public readonly record struct ReplayedRow(FinalRow? Row, (RowKey Key, Lsn Lsn)? Missing);
