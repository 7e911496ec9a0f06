using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.Core.Merging;

/// <summary>
/// Where a source epoch begins in one partition of a change topic: opened by a full re-snapshot or a changed system id or timeline, recorded
/// create-only beside the lake.
/// </summary>
/// <param name="Epoch">The epoch that begins, from 2; epoch 1 begins with the log.</param>
/// <param name="Start">First record of the epoch in that partition.</param>
/// <param name="SnapshotEnd">First offset after its snapshot rows: past it, rows of older epochs that the snapshot did not show are swept.</param>
public sealed record EpochBoundary(int Epoch, LogPosition Start, long SnapshotEnd);
