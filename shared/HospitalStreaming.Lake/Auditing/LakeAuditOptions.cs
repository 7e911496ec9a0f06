namespace HospitalStreaming.Lake.Auditing;

/// <summary>How deep an audit looks.</summary>
/// <param name="Rehash">Read every object, and prove bytes, lines and manifest against each other. Without it, names, manifests and lengths are compared.</param>
/// <param name="Parallelism">Chains looked at at a time.</param>
public sealed record LakeAuditOptions(bool Rehash = false, int Parallelism = 4);
