using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;

namespace HospitalStreaming.LakeSink.Topics;

/// <summary>
/// Which life a topic is in: the broker's topic id, bound to a stream epoch in the lake. Brokers without topic ids (old Redpanda) get one recorded
/// epoch a topic; there a re-created topic shows only as a log shorter than its chain, which stops the partition.
/// </summary>
internal sealed class TopicLives(AdminConnection connection, ILake lake)
{
    private static readonly DescribeTopicsOptions Limit = new() { RequestTimeout = TimeSpan.FromSeconds(10) };

    /// <summary>The present epochs of topics; new ones are recorded.</summary>
    /// <exception cref="KafkaException">The broker did not answer, or a topic is gone.</exception>
    /// <exception cref="LakeException">A topic's partitions changed, or the lake failed.</exception>
    public async Task<IReadOnlyDictionary<string, StreamEpoch>> EnsureAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        var epochs = new Dictionary<string, StreamEpoch>(StringComparer.Ordinal);
        foreach (var (topic, (id, partitions)) in await DescribeAsync(topics, cancellation))
        {
            epochs[topic] = await StreamEpochs.EnsureAsync(lake, topic, id, partitions, cancellation);
        }

        return epochs;
    }

    /// <summary>Whether topics still live the lives given; a deleted or re-created one does not.</summary>
    public async Task<bool> StillAsync(IReadOnlyDictionary<string, StreamEpoch> epochs, CancellationToken cancellation)
    {
        try
        {
            var now = await DescribeAsync([.. epochs.Keys], cancellation);
            return epochs.All(epoch => now.TryGetValue(epoch.Key, out var described) && described.Id == epoch.Value.TopicId);
        }
        catch (DescribeTopicsException failure) when (failure.Results.TopicDescriptions.Any(result => result.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            return false;
        }
        catch (KafkaException)
        {
            // An unreachable broker says nothing about its topics.
            return true;
        }
    }

    private async Task<Dictionary<string, (string Id, int Partitions)>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        var answer = await connection.Ask(admin => admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(topics), Limit)).WaitAsync(cancellation);
        return answer.TopicDescriptions.ToDictionary(topic => topic.Name, topic => (IdOf(topic.TopicId), topic.Partitions.Count), StringComparer.Ordinal);
    }

    private static string IdOf(Uuid? id)
    {
        long high = id?.MostSignificantBits ?? 0;
        long low = id?.LeastSignificantBits ?? 0;
        return (high, low) == (0, 0) ? StreamEpochs.NoTopicId : string.Create(CultureInfo.InvariantCulture, $"{high:x16}{low:x16}");
    }
}
