using System.Collections.Immutable;

namespace HospitalStreaming.Core.Simulation;

/// <summary>Something people come with.</summary>
/// <param name="Diagnosis">What the visit records.</param>
/// <param name="Specialization">Who treats it.</param>
/// <param name="Weight">How often, against the others.</param>
/// <param name="Season">When in the year.</param>
/// <param name="LowestDollars">Lowest cost of a visit.</param>
/// <param name="HighestDollars">Highest cost of a visit.</param>
/// <param name="Chronic">Whether medicines are taken for months.</param>
/// <param name="Medicines">medicine_ids prescribed for it; may be none.</param>
internal sealed record Condition(
    string Diagnosis,
    string Specialization,
    int Weight,
    Season Season,
    int LowestDollars,
    int HighestDollars,
    bool Chronic,
    ImmutableArray<int> Medicines)
{
    /// <summary>Youngest age in years.</summary>
    public int MinAge { get; init; }

    /// <summary>Oldest age in years.</summary>
    public int MaxAge { get; init; } = 120;

    /// <summary>Only women come with it.</summary>
    public bool WomenOnly { get; init; }

    /// <summary>Only men come with it.</summary>
    public bool MenOnly { get; init; }
}
