namespace HospitalStreaming.Lake.Compacting;

/// <summary>What a compaction has done so far.</summary>
/// <param name="Chains">Chains looked at.</param>
/// <param name="Larger">Larger objects made, or finished for another compactor.</param>
/// <param name="Emptied">Objects whose bytes lie in a larger one since.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Left">Objects of a plan that were left as they are, because they are no longer those the plan names.</param>
public sealed record CompactionFigures(int Chains = 0, int Larger = 0, long Emptied = 0, long Bytes = 0, long Left = 0);
