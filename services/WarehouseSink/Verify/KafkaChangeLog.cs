using Confluent.Kafka;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Warehouse.Verify;

namespace HospitalStreaming.WarehouseSink.Verify;

/// <summary>Ends of the change topics on the broker.</summary>
internal sealed class KafkaChangeLog(KafkaClients clients) : IChangeLog
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LogPosition>> EndsAsync(IReadOnlyList<string> topics, CancellationToken cancellation) => Task.Run(() => Ends(topics, cancellation), cancellation);

    private IReadOnlyList<LogPosition> Ends(IReadOnlyList<string> topics, CancellationToken cancellation)
    {
        using var admin = clients.Admin("verify");
        using var reader = clients.Reader("verify");
        var known = admin.GetMetadata(RequestTimeout).Topics.Where(topic => topics.Contains(topic.Topic, StringComparer.Ordinal));
        var ends = new List<LogPosition>();
        foreach (var topic in known)
        {
            foreach (var partition in topic.Partitions)
            {
                cancellation.ThrowIfCancellationRequested();
                var marks = reader.QueryWatermarkOffsets(new TopicPartition(topic.Topic, partition.PartitionId), RequestTimeout);
                ends.Add(new LogPosition(topic.Topic, partition.PartitionId, marks.High.Value));
            }
        }

        return ends;
    }
}
