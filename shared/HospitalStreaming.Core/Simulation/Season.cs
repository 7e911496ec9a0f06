namespace HospitalStreaming.Core.Simulation;

/// <summary>How a condition's frequency goes through the year.</summary>
internal enum Season
{
    Flat,
    Winter,
    Flu,
    Spring,
    Summer,
}
