namespace HospitalStreaming.Warehouse.Verify;

/// <summary>One thing verify looked at.</summary>
/// <param name="Name">What was compared, e.g. "source = raw".</param>
/// <param name="Counted">What was counted, in plain words.</param>
/// <param name="Findings">What differs, in plain words: tables, columns, keys, object names; never values. Empty where all is well.</param>
/// <param name="NotChecked">Why it, or part of it, was not checked; null where it was.</param>
public sealed record VerifyCheck(string Name, IReadOnlyList<string> Counted, IReadOnlyList<string> Findings, string? NotChecked = null)
{
    /// <summary>Nothing differs, as far as it was checked.</summary>
    public bool IsClean => Findings.Count == 0;
}
