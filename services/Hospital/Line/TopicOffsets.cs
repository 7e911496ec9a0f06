using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.Hospital.Line;

/// <summary>Ends of the line's topics and committed offsets of its groups, in a handful of requests a sample.</summary>
internal sealed class TopicOffsets(KafkaClients clients) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly AdminConnection _admin = new(() => clients.Admin("line"));
    private IReadOnlyDictionary<string, int> _partitions = new Dictionary<string, int>();

    /// <summary>The offset the next record of each partition will get, by topic.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<LogPosition>>> EndsAsync(CancellationToken cancellation)
    {
        await KnowPartitionsAsync(cancellation);
        var wanted = _partitions.SelectMany(topic => Enumerable.Range(0, topic.Value)
            .Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new(topic.Key, partition), OffsetSpec = OffsetSpec.Latest() }));
        var answer = await _admin.Ask(admin => admin.ListOffsetsAsync(wanted, new ListOffsetsOptions { RequestTimeout = Patience })).WaitAsync(cancellation);
        return answer.ResultInfos.Select(info => info.TopicPartitionOffsetError).Where(end => !end.Error.IsError)
            .GroupBy(end => end.Topic, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, IReadOnlyList<LogPosition> (group) => [.. group.Select(end => new LogPosition(end.Topic, end.Partition.Value, end.Offset.Value))]);
    }

    /// <summary>What a group has committed, by topic and partition; nothing for partitions without a commit.</summary>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> CommittedAsync(string group, CancellationToken cancellation)
    {
        var answer = await _admin.Ask(admin => admin.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, null)], new ListConsumerGroupOffsetsOptions { RequestTimeout = Patience })).WaitAsync(cancellation);
        return answer.SelectMany(result => result.Partitions).Where(partition => !partition.Offset.IsSpecial)
            .ToDictionary(partition => (partition.Topic, partition.Partition.Value), partition => partition.Offset.Value);
    }

    /// <inheritdoc/>
    public void Dispose() => _admin.Dispose();

    private async Task KnowPartitionsAsync(CancellationToken cancellation)
    {
        string[] all = [.. TopicNames.Events, .. TopicNames.Changes, TopicNames.DeadLetters];
        if (_partitions.Count < all.Length)
        {
            var metadata = await Task.Run(() => _admin.Ask(admin => admin.GetMetadata(Patience)), cancellation);
            _partitions = metadata.Topics.Where(topic => all.Contains(topic.Topic, StringComparer.Ordinal) && topic.Partitions.Count > 0)
                .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
        }
    }
}
