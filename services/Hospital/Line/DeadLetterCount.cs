using System.Text;
using Confluent.Kafka;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.Hospital.Line;

/// <summary>Counts dead letters by stage from the topic itself, each identity once, however often it was written.</summary>
internal sealed class DeadLetterCount(KafkaClients clients) : IDisposable
{
    private const int MostKept = 200_000;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _byStage = new(StringComparer.Ordinal);
    private readonly Lock _one = new();
    private IConsumer<byte[]?, byte[]?>? _reader;
    private bool _closed;

    /// <summary>Reads what came since the last call; returns the totals.</summary>
    /// <exception cref="ObjectDisposedException">The count was closed: a freed client must not be read from.</exception>
    public IReadOnlyDictionary<string, long> Read()
    {
        lock (_one)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_reader is null)
            {
                _reader = clients.Reader("dead-letters");
                _reader.Assign(new TopicPartitionOffset(TopicNames.DeadLetters, 0, Offset.Beginning));
            }

            for (var i = 0; i < 10_000 && Next() is { } letter; i++)
            {
                // Beyond the bound identities are no longer remembered: a repeated letter then counts twice, and memory stays flat.
                if (_seen.Count >= MostKept || _seen.Add(Text(letter, "dlq.id")))
                {
                    var stage = Text(letter, "dlq.stage");
                    _byStage[stage] = _byStage.GetValueOrDefault(stage) + 1;
                }
            }

            return new Dictionary<string, long>(_byStage, StringComparer.Ordinal);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_one)
        {
            _closed = true;
            _reader?.Dispose();
        }
    }

    private ConsumeResult<byte[]?, byte[]?>? Next()
    {
        try
        {
            return _reader!.Consume(TimeSpan.FromMilliseconds(10));
        }
        catch (ConsumeException)
        {
            // The topic is not there yet, or the broker is away: asked again with the next sample.
            return null;
        }
    }

    private static string Text(ConsumeResult<byte[]?, byte[]?> letter, string header) =>
        letter.Message.Headers.TryGetLastBytes(header, out var bytes) ? Encoding.UTF8.GetString(bytes) : "unknown";
}
