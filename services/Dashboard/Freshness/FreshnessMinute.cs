namespace HospitalStreaming.Dashboard.Freshness;

/// <summary>One minute of the freshness series.</summary>
/// <param name="At">Start of the minute, UTC.</param>
/// <param name="Figures">What was delivered in it.</param>
public sealed record FreshnessMinute(DateTimeOffset At, FreshnessFigures Figures);
