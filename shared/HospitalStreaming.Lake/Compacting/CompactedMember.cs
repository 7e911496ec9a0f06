using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Compacting;

/// <summary>An object whose bytes lie in a larger one.</summary>
/// <param name="Name">Its name, which stays taken.</param>
/// <param name="Generation">The generation whose bytes were copied; 0 in a folder. No other is ever emptied.</param>
/// <param name="Rows">Its lines.</param>
/// <param name="Next">Where the chain goes on behind it.</param>
/// <param name="Sha256">SHA-256 of its bytes.</param>
/// <param name="Part">Where they lie.</param>
internal sealed record CompactedMember(LakeObjectName Name, long Generation, int Rows, long Next, string Sha256, CompactedPart Part);
