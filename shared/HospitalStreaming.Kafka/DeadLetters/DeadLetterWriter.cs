using System.Globalization;
using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Telemetry;

namespace HospitalStreaming.Kafka.DeadLetters;

/// <summary>Writes dead letters and returns only when the broker has them: a record's offset may count as done after that, not before.</summary>
public sealed class DeadLetterWriter(IProducer<byte[]?, byte[]?> producer, LineMeters meters)
{
    /// <summary>Writes them all; throws where the broker refuses, so that the caller does not go on.</summary>
    public async Task WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation)
    {
        await Task.WhenAll(letters.Select(letter => producer.ProduceAsync(TopicNames.DeadLetters, Message(letter), cancellation)));
        foreach (var letter in letters)
        {
            meters.DeadLettered(letter.Stage, letter.Position.Topic, letter.Reason);
        }
    }

    private static Message<byte[]?, byte[]?> Message(DeadLetter letter) => new()
    {
        Key = letter.Key,
        Value = letter.Value,
        Headers =
        [
            Header("dlq.id", letter.Id),
            Header("dlq.stage", letter.Stage),
            Header("dlq.reason", letter.Reason),
            Header("dlq.detail", letter.Detail),
            Header("dlq.topic", letter.Position.Topic),
            Header("dlq.partition", letter.Position.Partition.ToString(CultureInfo.InvariantCulture)),
            Header("dlq.offset", letter.Position.Offset.ToString(CultureInfo.InvariantCulture)),
        ],
    };

    private static Header Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
