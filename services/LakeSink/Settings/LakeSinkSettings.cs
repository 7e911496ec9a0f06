using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;

namespace HospitalStreaming.LakeSink.Settings;

/// <summary>The role's settings, complete and typed.</summary>
/// <param name="Group">Consumer group.</param>
/// <param name="Subscription">
/// One expression that begins with ^, so that topics that do not exist yet are taken up when they appear. One, as the client reports each
/// expression without a topic as an error.
/// </param>
/// <param name="Policy">When objects are cut.</param>
internal sealed record LakeSinkSettings(string Group, string Subscription, BatchPolicy Policy)
{
    internal static LakeSinkSettings From(LakeSinkOptions options, LakeOptions lake)
    {
        // A file costs little and readers are close by; a bucket charges each request and its loader comes once a minute.
        var near = lake.Kind == "folder";
        var policy = new BatchPolicy(
            options.MaxBytes,
            options.MaxRows,
            options.MaxAge ?? TimeSpan.FromSeconds(near ? 1 : 10),
            options.IdleAfter ?? (near ? TimeSpan.FromMilliseconds(200) : TimeSpan.Zero));

        // Changes name their transactions; without the ends of those the warehouse would wait for them in vain.
        IEnumerable<string> chosen = options.Topics.Count > 0 ? options.Topics : TopicNames.Changes;
        var topics = chosen.Any(topic => topic.Contains(TopicNames.ChangePrefix, StringComparison.Ordinal)) ? chosen.Append(TopicNames.Transactions).Distinct() : chosen;
        return new(options.Group, string.Join('|', topics.Select(topic => topic.StartsWith('^') ? topic : $"^{Escape(topic)}$")), policy);
    }

    /// <summary>POSIX extended expressions, as the client has them, know fewer escapes than .NET's.</summary>
    private static string Escape(string topic) => topic.Replace(".", @"\.", StringComparison.Ordinal);
}
