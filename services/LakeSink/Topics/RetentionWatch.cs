using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Hosting;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake.Chains;

namespace HospitalStreaming.LakeSink.Topics;

/// <summary>
/// Says so while there is time when a topic is about to delete records that are not in the lake: once they are gone, a new snapshot is all that helps.
/// Where the lake is by is what the group has committed, which is never ahead of it, whichever member holds the partition. Offsets are asked for by a
/// reader and not by an admin client, whose ListOffsets ends the process in librdkafka 2.15 where a topic is only just there.
/// </summary>
internal sealed class RetentionWatch(AdminConnection connection, KafkaClients clients, string group, TimeProvider clock)
{
    private const string Time = "retention.ms";
    private const string Bytes = "retention.bytes";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>What is in danger and what to do; null where nothing is.</summary>
    public string? Alarm { get; private set; }

    /// <summary>Looks at every partition of the topics. Blocks a thread of its own.</summary>
    /// <exception cref="KafkaException">The broker did not answer; the last word stands.</exception>
    public async Task LookAsync(IReadOnlyDictionary<string, StreamEpoch> epochs, CancellationToken cancellation)
    {
        var kept = await KeptAsync(epochs.Keys, cancellation);
        TopicPartition[] partitions = [.. epochs.Where(epoch => kept[epoch.Key] is not { Ms: < 0, Bytes: < 0 })
            .SelectMany(epoch => Enumerable.Range(0, epoch.Value.Partitions).Select(partition => new TopicPartition(epoch.Key, partition)))];
        var risks = partitions.Length == 0
            ? []
            : await Task.Factory.StartNew(() => Risks(partitions, kept, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Alarm = risks.Count == 0 ? null : Tell(risks);
    }

    private static string Tell(List<(TopicPartition Partition, RetentionRisk Risk)> risks)
    {
        var places = string.Join(", ", risks.Select(risk => $"{risk.Partition.Topic}[{risk.Partition.Partition.Value}]").Take(3)) + (risks.Count > 3 ? ", …" : string.Empty);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{risks.Sum(risk => risk.Risk.Unread)} records are not in the lake yet, and the oldest lie in the older half of what their topics keep ({places}): mend what holds the sink up before the broker deletes them, or raise {Time} and {Bytes} of the topics");
    }

    private List<(TopicPartition Partition, RetentionRisk Risk)> Risks(TopicPartition[] partitions, Dictionary<string, (long Ms, long Bytes)> kept, CancellationToken cancellation)
    {
        using var reader = clients.Reader(RoleNames.LakeSink, group);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var committed = reader.Committed(partitions, Limit).Where(one => one.Offset.Value >= 0).ToDictionary(one => one.TopicPartition, one => one.Offset.Value);
        var aging = partitions.Where(partition => kept[partition.Topic].Ms >= 0)
            .Select(partition => new TopicPartitionTimestamp(partition, new Timestamp(now - (kept[partition.Topic].Ms / 2), TimestampType.CreateTime)));
        var half = reader.OffsetsForTimes(aging, Limit).ToDictionary(one => one.TopicPartition, one => one.Offset.Value);
        var risks = new List<(TopicPartition Partition, RetentionRisk Risk)>();
        foreach (var partition in partitions)
        {
            cancellation.ThrowIfCancellationRequested();
            var marks = reader.QueryWatermarkOffsets(partition, Limit);
            var (low, high) = (marks.Low.Value, marks.High.Value);
            var risk = new RetentionRisk(
                committed.GetValueOrDefault(partition, low), low, high, half.TryGetValue(partition, out var young) ? (young < 0 ? high : young) : null, kept[partition.Topic].Bytes >= 0);
            if (risk.IsHalfway)
            {
                risks.Add((partition, risk));
            }
        }

        return risks;
    }

    private async Task<Dictionary<string, (long Ms, long Bytes)>> KeptAsync(IEnumerable<string> topics, CancellationToken cancellation)
    {
        var answers = await connection.Ask(admin => admin.DescribeConfigsAsync(
            topics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic }), new DescribeConfigsOptions { RequestTimeout = Limit })).WaitAsync(cancellation);
        return answers.ToDictionary(answer => answer.ConfigResource.Name, answer => Deletes(answer) ? (Of(answer, Time), Of(answer, Bytes)) : (-1, -1), StringComparer.Ordinal);
    }

    // A topic that is only compacted keeps each key's last record for ever; its other limits say nothing.
    private static bool Deletes(DescribeConfigsResult answer) =>
        !answer.Entries.TryGetValue("cleanup.policy", out var policy) || policy.Value.Contains("delete", StringComparison.Ordinal);

    private static long Of(DescribeConfigsResult answer, string name) =>
        answer.Entries.TryGetValue(name, out var entry) && long.TryParse(entry.Value, CultureInfo.InvariantCulture, out var value) ? value : -1;
}
