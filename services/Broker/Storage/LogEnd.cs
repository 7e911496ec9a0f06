namespace HospitalStreaming.Broker.Storage;

/// <summary>A point between two batches: the offset the next one gets, and where in which segment.</summary>
internal sealed record LogEnd(long Offset, Segment Segment, long Position);
