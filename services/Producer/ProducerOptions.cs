namespace HospitalStreaming.Producer;

/// <summary>
/// Section Producer. What fixes the stream (hospital, seed, start, history) is only needed for the first start: afterwards the topics say it,
/// and a setting that contradicts them is refused.
/// </summary>
public sealed class ProducerOptions
{
    /// <summary>Visits of the history where nothing else is asked for.</summary>
    public const int DefaultHistoryVisits = 20_000;

    /// <summary>Configuration section.</summary>
    public const string Section = "Producer";

    /// <summary>Most events a second that may be asked for.</summary>
    public const double MaxRate = 10_000;

    /// <summary>Live events a second. Default 5, at most 10,000; 0 stops after the history. The history itself goes as fast as the broker takes it.</summary>
    public double Rate { get; set; } = 5;

    /// <summary>Id of the simulated hospital. Default h1.</summary>
    public string? HospitalId { get; set; }

    /// <summary>Seed of the simulation, 0 or more. Default 3.</summary>
    public long? Seed { get; set; }

    /// <summary>First day of the history, YYYY-MM-DD. Default 365 days before the first start.</summary>
    public string? StartDate { get; set; }

    /// <summary>Visits in the history. Default 20,000, at most 10,000,000.</summary>
    public int? HistoryVisits { get; set; }
}
