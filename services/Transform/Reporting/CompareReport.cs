using System.Collections.Immutable;

namespace HospitalStreaming.Transform.Reporting;

/// <summary>All published marts against a rebuild, in one snapshot.</summary>
/// <param name="Version">Version of the signal current in that snapshot.</param>
/// <param name="AsOf">The clock the marts were built with; null where there is none yet.</param>
/// <param name="Marts">One entry a mart.</param>
/// <param name="HeldApplies">Whether the warehouse sink was held for a moment, because the marts never caught up by themselves.</param>
/// <param name="Took">Time of the whole comparison.</param>
public sealed record CompareReport(long Version, DateOnly? AsOf, ImmutableArray<MartDifference> Marts, bool HeldApplies, TimeSpan Took)
{
    /// <summary>Whether every mart equals its rebuild.</summary>
    public bool IsEqual => !Marts.IsEmpty && Marts.All(mart => mart.IsEqual);
}
