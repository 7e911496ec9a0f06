using System.Runtime.CompilerServices;
using Confluent.Kafka;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Warehouse.Verify;

namespace HospitalStreaming.WarehouseSink.Verify;

/// <summary>The change topics on the broker.</summary>
internal sealed class KafkaChangeLog(KafkaClients clients) : IChangeLog
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LogPosition>> EndsAsync(IReadOnlyList<string> topics, CancellationToken cancellation) => Task.Run(() => Ends(topics, cancellation), cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<LakeRecord> ReadAsync(LogPosition upTo, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The client blocks; whoever asks must not.
        await Task.Yield();
        using var reader = clients.Reader("verify");
        var partition = new TopicPartition(upTo.Topic, upTo.Partition);
        var first = reader.QueryWatermarkOffsets(partition, RequestTimeout).Low;
        reader.Assign(new TopicPartitionOffset(partition, first));
        while (reader.Position(partition) is var at && (at.IsSpecial ? first : at).Value < upTo.Offset)
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Consume(Wait) is { } record && record.Offset.Value < upTo.Offset)
            {
                yield return new LakeRecord(
                    new LogPosition(upTo.Topic, upTo.Partition, record.Offset.Value), record.Message.Timestamp.UnixTimestampMs, Bytes(record.Message.Key), Bytes(record.Message.Value), []);
            }
        }
    }

    // Spelled out: a null array converts to empty memory without a word.
    private static ReadOnlyMemory<byte>? Bytes(byte[]? bytes) => bytes is null ? default(ReadOnlyMemory<byte>?) : bytes.AsMemory();

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
