namespace HospitalStreaming.Lake.Auditing;

/// <summary>An audit's outcome.</summary>
/// <param name="Chains">Every chain looked at.</param>
/// <param name="Findings">Everything wrong; empty when all is well.</param>
public sealed record LakeAuditReport(IReadOnlyList<ChainFigures> Chains, IReadOnlyList<LakeFinding> Findings);
