using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Auditing;

/// <summary>One thing wrong with a lake.</summary>
/// <param name="Kind">What.</param>
/// <param name="Stream">In which chain.</param>
/// <param name="Object">At which object; null where one is missing.</param>
/// <param name="Detail">In plain words with offsets; never a row's values.</param>
public sealed record LakeFinding(LakeFindingKind Kind, LakeStream Stream, LakeObjectName? Object, string Detail);
