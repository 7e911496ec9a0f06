using HospitalStreaming.Dashboard.Live;

namespace HospitalStreaming.Tests.Unit.Dashboard.Support;

/// <summary>Publications for tests.</summary>
internal static class States
{
    public static readonly DateTimeOffset Noon = new(2026, 4, 1, 12, 0, 0, TimeSpan.Zero);

    public static MartsState Of(long version, DateTimeOffset? beatAt = null, params (string Model, string Token)[] models) =>
        new(version, Noon.AddSeconds(version), models.ToDictionary(model => model.Model, model => model.Token, StringComparer.Ordinal), beatAt);
}
