using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>An object the warehouse has loaded.</summary>
/// <param name="Stream">Its chain.</param>
/// <param name="Start">Where it starts.</param>
/// <param name="Next">Where the next one starts.</param>
/// <param name="Rows">Records in it.</param>
/// <param name="Sha256">SHA-256 of its stored bytes when it was loaded.</param>
public sealed record LoadedObject(LakeStream Stream, long Start, long Next, long Rows, string Sha256);
