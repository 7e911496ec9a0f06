using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>What raw holds of one chain: enough to tell whether each lake record is there exactly once.</summary>
/// <param name="Stream">The chain.</param>
/// <param name="Rows">Raw rows.</param>
/// <param name="OffsetSum">Sum of their offsets.</param>
public sealed record RawTally(LakeStream Stream, long Rows, decimal OffsetSum);
