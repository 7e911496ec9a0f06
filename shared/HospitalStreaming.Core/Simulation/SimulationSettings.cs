namespace HospitalStreaming.Core.Simulation;

/// <summary>What fixes every byte of a simulated hospital's stream.</summary>
/// <param name="HospitalId">Id of the hospital; prefix of its event ids.</param>
/// <param name="Seed">Seed of all chance.</param>
/// <param name="StartDate">First day of the history, UTC; live events begin <see cref="HistoryDays"/> days later.</param>
/// <param name="HistoryVisits">Visits in the history; 0 or more.</param>
public sealed record SimulationSettings(string HospitalId, ulong Seed, DateOnly StartDate, int HistoryVisits)
{
    /// <summary>Days of history before the live events.</summary>
    public const int HistoryDays = 365;

    /// <summary>Doctors there from the first day.</summary>
    public const int Doctors = 25;

    /// <summary>Patients there from the first day; others come with their first visit.</summary>
    public const int FirstPatients = 3_000;
}
