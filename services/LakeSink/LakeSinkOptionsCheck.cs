using System.Text.RegularExpressions;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.LakeSink;

/// <summary>Names everything wrong in section LakeSink.</summary>
public sealed class LakeSinkOptionsCheck(IOptions<LakeSinkOptions> options) : IOptionsCheck
{
    private const long SmallestBytes = 1_000;
    private const long LargestBytes = 60_000_000;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var value = options.Value;
        foreach (var topic in value.Topics)
        {
            if (topic.StartsWith('^') ? !IsExpression(topic) : !LakeStream.IsTopic(topic))
            {
                yield return new("LakeSink:Topics", "give topic names, or regular expressions that begin with ^");
            }
        }

        if (string.IsNullOrWhiteSpace(value.Group))
        {
            yield return new("LakeSink:Group", "give a consumer group, e.g. hospital-lakesink");
        }

        if (value.MaxAge is { } age && (age < TimeSpan.FromMilliseconds(50) || age > TimeSpan.FromHours(1)))
        {
            yield return new("LakeSink:MaxAge", "use 00:00:00.05 to 01:00:00");
        }

        if (value.IdleAfter is { } idle && (idle < TimeSpan.Zero || idle > TimeSpan.FromHours(1)))
        {
            yield return new("LakeSink:IdleAfter", "use 00:00:00 (off) to 01:00:00");
        }

        if (value.MaxBytes is < SmallestBytes or > LargestBytes)
        {
            yield return new("LakeSink:MaxBytes", "use 1000 to 60000000");
        }

        if (value.MaxRows is < 1 or > 50_000)
        {
            yield return new("LakeSink:MaxRows", "use 1 to 50000");
        }
    }

    private static bool IsExpression(string topic)
    {
        try
        {
            _ = new Regex(topic, RegexOptions.None, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
