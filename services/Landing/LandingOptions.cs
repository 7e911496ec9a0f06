namespace HospitalStreaming.Landing;

/// <summary>Section Landing: event topics to the hospital's tables.</summary>
public sealed class LandingOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Landing";

    /// <summary>Consumer group. Default hospital-landing. Where reading starts is kept in the database, not in the group.</summary>
    public string Group { get; set; } = "hospital-landing";

    /// <summary>Most events in one transaction. Default 5,000.</summary>
    public int MaxRows { get; set; } = 5_000;

    /// <summary>Most bytes of events in one transaction. Default 8 MiB.</summary>
    public int MaxBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Longest time an event waits for company before its transaction begins. Default 100 ms.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long an event waits for the row it refers to (or, a deletion, for the rows that refer to its own to go) before it is dead-lettered.
    /// Default 15 minutes.
    /// </summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Most events that wait so at a time; further ones are held back in their topics. Default 50,000.</summary>
    public int MaxWaiting { get; set; } = 50_000;

    /// <summary>Most bytes of events that wait so at a time. Default 64 MiB.</summary>
    public long MaxWaitingBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Largest event taken, bytes; larger ones are dead-lettered. Default 256 KiB.</summary>
    public int MaxEventBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// Password of hospital_capture, the role Capture reads with; Landing creates it and keeps this password set. Empty: the role is left alone.
    /// From the environment or a secret file, never in appsettings.json.
    /// </summary>
    public string? CapturePassword { get; set; }

    /// <summary>Whether the canary row is beaten, which times commits on their way to the chart. Default true.</summary>
    public bool Canary { get; set; } = true;

    /// <summary>Time between two beats. Default 1 s.</summary>
    public TimeSpan CanaryInterval { get; set; } = TimeSpan.FromSeconds(1);
}
