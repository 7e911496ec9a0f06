using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.LakeSink.Lanes;

/// <summary>What was found of an assigned partition: its chain and where that ends, or why it must stop.</summary>
/// <param name="Stream">The chain.</param>
/// <param name="Head">Where the next object starts; null where the partition must stop.</param>
/// <param name="Reason">Why it must stop.</param>
internal sealed record PartitionLife(LakeStream Stream, long? Head, string? Reason);
