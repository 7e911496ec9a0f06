namespace HospitalStreaming.Lake.Auditing;

/// <summary>How far an audit is.</summary>
/// <param name="Chains">Chains to look at.</param>
/// <param name="ChainsDone">Chains looked at.</param>
/// <param name="Objects">Objects looked at.</param>
public sealed record LakeAuditProgress(int Chains, int ChainsDone, long Objects);
