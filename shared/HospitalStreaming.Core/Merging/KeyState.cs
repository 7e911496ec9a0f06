using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Merging;

/// <summary>What decides whether the next change of a key is new: kept beside every current row, tombstones included.</summary>
/// <param name="HighestLsn">Highest streamed LSN applied in this source epoch; null where only a snapshot row was.</param>
/// <param name="SourceEpoch">Source epoch of the last change applied.</param>
public readonly record struct KeyState(Lsn? HighestLsn, int SourceEpoch);
