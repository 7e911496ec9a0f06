namespace HospitalStreaming.Broker.Storage;

/// <summary>A batch starts at <c>Position</c> with offset segment base + <c>RelativeOffset</c>; no record before it is newer than <c>MaxTimestampBefore</c>.</summary>
internal readonly record struct SparseIndexEntry(int RelativeOffset, int Position, long MaxTimestampBefore);
