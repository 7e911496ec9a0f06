namespace HospitalStreaming.Dashboard.Live;

/// <summary>Event `marts` of the live channel.</summary>
internal sealed record MartsMessage(long Version, DateTimeOffset? AsOf, DateTimeOffset? BeatAt, double CanaryLagSeconds, IReadOnlyDictionary<string, string> Models);
