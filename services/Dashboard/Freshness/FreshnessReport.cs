namespace HospitalStreaming.Dashboard.Freshness;

/// <summary>Commit to chart: from the moment a canary row was committed in the hospital's database until its beat was flushed to a live channel.</summary>
/// <param name="LastFiveMinutes">The last five whole minutes and the one running.</param>
/// <param name="WholeRun">Since this process started.</param>
/// <param name="LastBeatAt">The newest beat delivered, by the hospital database's clock.</param>
/// <param name="LastDeliveredAt">When it was delivered.</param>
/// <param name="Minutes">One entry a minute, oldest first, for at most two hours.</param>
public sealed record FreshnessReport(
    FreshnessFigures LastFiveMinutes,
    FreshnessFigures WholeRun,
    DateTimeOffset? LastBeatAt,
    DateTimeOffset? LastDeliveredAt,
    IReadOnlyList<FreshnessMinute> Minutes);
