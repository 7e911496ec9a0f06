using System.Globalization;
using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.WarehouseSink.Letters;

/// <summary>Reads the dead-letter topic from its start to its present end; each identity once, as it was written last.</summary>
internal sealed class LetterTopic(KafkaClients clients)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Letters in the order of their first writing.</summary>
    internal IReadOnlyList<ReadLetter> Read(CancellationToken cancellation)
    {
        using var admin = clients.Admin("dlq");
        using var reader = clients.Reader("dlq");
        var partitions = admin.GetMetadata(TopicNames.DeadLetters, Patience).Topics.Single().Partitions.Select(partition => new TopicPartition(TopicNames.DeadLetters, partition.PartitionId));
        var letters = new Dictionary<string, ReadLetter>(StringComparer.Ordinal);
        foreach (var partition in partitions)
        {
            var marks = reader.QueryWatermarkOffsets(partition, Patience);
            reader.Assign(new TopicPartitionOffset(partition, marks.Low));
            while (reader.Position(partition) is var at && (at.IsSpecial ? marks.Low : at) < marks.High)
            {
                cancellation.ThrowIfCancellationRequested();
                if (reader.Consume(TimeSpan.FromMilliseconds(200)) is { } record && Letter(record.Message) is { } letter)
                {
                    letters[letter.Id] = letter with { At = letters.TryGetValue(letter.Id, out var first) ? first.At : letter.At };
                }
            }
        }

        return [.. letters.Values];
    }

    private static ReadLetter? Letter(Message<byte[]?, byte[]?> message)
    {
        // A record without our headers is not ours; someone else's tool may have written it.
        if (Text("dlq.id") is not { } id || Text("dlq.topic") is not { } topic || Number("dlq.partition") is not { } partition || Number("dlq.offset") is not { } offset)
        {
            return null;
        }

        return new ReadLetter(
            id,
            Text("dlq.stage") ?? "unknown",
            Text("dlq.reason") ?? "unknown",
            Text("dlq.detail") ?? string.Empty,
            new LogPosition(topic, (int)partition, offset),
            DateTimeOffset.FromUnixTimeMilliseconds(message.Timestamp.UnixTimestampMs),
            message.Key,
            message.Value);

        string? Text(string header) => message.Headers?.TryGetLastBytes(header, out var bytes) == true ? Encoding.UTF8.GetString(bytes) : null;

        long? Number(string header) => long.TryParse(Text(header), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
