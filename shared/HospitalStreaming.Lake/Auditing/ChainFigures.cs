using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Auditing;

/// <summary>What an audit counted in one chain.</summary>
/// <param name="Stream">The chain.</param>
/// <param name="Start">Where its first object starts; null where it has none.</param>
/// <param name="Head">Where its last object ends; null where it has none.</param>
/// <param name="Objects">Objects.</param>
/// <param name="Rows">Records, by the manifests.</param>
/// <param name="StoredBytes">Length as stored.</param>
public sealed record ChainFigures(LakeStream Stream, long? Start, long? Head, long Objects, long Rows, long StoredBytes);
