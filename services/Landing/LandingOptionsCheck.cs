using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Landing;

/// <summary>Names everything wrong in section Landing.</summary>
internal sealed class LandingOptionsCheck(IOptions<LandingOptions> options) : IOptionsCheck
{
    private const int ShortestPassword = 12;
    private const int LargestEvent = 8 * 1024 * 1024;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var value = options.Value;
        if (string.IsNullOrWhiteSpace(value.Group))
        {
            yield return new("Landing:Group", "give a consumer group, e.g. hospital-landing");
        }

        if (value.MaxRows is < 1 or > 50_000)
        {
            yield return new("Landing:MaxRows", "use 1 to 50000");
        }

        if (value.MaxBytes is < 1_000 or > 64 * 1024 * 1024)
        {
            yield return new("Landing:MaxBytes", "use 1000 to 67108864");
        }

        if (value.MaxAge < TimeSpan.Zero || value.MaxAge > TimeSpan.FromMinutes(1))
        {
            yield return new("Landing:MaxAge", "use 00:00:00 to 00:01:00");
        }

        if (value.MaxWait < TimeSpan.FromSeconds(1) || value.MaxWait > TimeSpan.FromDays(7))
        {
            yield return new("Landing:MaxWait", "use 00:00:01 to 7.00:00:00");
        }

        if (value.MaxWaiting is < 0 or > 1_000_000)
        {
            yield return new("Landing:MaxWaiting", "use 0 to 1000000");
        }

        if (value.MaxWaitingBytes is < 0 or > 1L << 30)
        {
            yield return new("Landing:MaxWaitingBytes", "use 0 to 1073741824");
        }

        if (value.MaxEventBytes is < 1_000 or > LargestEvent)
        {
            yield return new("Landing:MaxEventBytes", "use 1000 to 8388608");
        }

        if (value.CapturePassword is { Length: > 0 and < ShortestPassword })
        {
            yield return new("Landing:CapturePassword", "use at least 12 characters, or leave it empty to manage role hospital_capture yourself");
        }

        if (value.CanaryInterval < TimeSpan.FromMilliseconds(100) || value.CanaryInterval > TimeSpan.FromHours(1))
        {
            yield return new("Landing:CanaryInterval", "use 00:00:00.1 to 01:00:00, or set Landing:Canary to false");
        }
    }
}
