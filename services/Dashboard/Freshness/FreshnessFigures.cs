namespace HospitalStreaming.Dashboard.Freshness;

/// <summary>How long a commit took to reach a viewer, over some time. Percentiles are exact to 5%; null where nothing was delivered.</summary>
/// <param name="Deliveries">Canary beats delivered, each counted for every live channel that got it.</param>
/// <param name="P50Seconds">Half took at most this many seconds.</param>
/// <param name="P95Seconds">95 in 100 took at most this many seconds.</param>
/// <param name="MaxSeconds">The slowest, in seconds.</param>
public sealed record FreshnessFigures(long Deliveries, double? P50Seconds, double? P95Seconds, double? MaxSeconds)
{
    internal static FreshnessFigures Of(DurationHistogram durations) => new(
        durations.Count,
        durations.Percentile(0.50)?.TotalSeconds,
        durations.Percentile(0.95)?.TotalSeconds,
        durations.Count == 0 ? null : durations.Max.TotalSeconds);
}
