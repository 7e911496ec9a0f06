using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.Kafka.Consuming;

/// <summary>One record as the broker gave it; nothing is decoded yet.</summary>
/// <param name="Position">Topic, partition, offset.</param>
/// <param name="TimestampMs">Broker or producer timestamp, milliseconds since 1970 UTC.</param>
/// <param name="Key">Key bytes, or null.</param>
/// <param name="Value">Value bytes; null is a tombstone.</param>
/// <param name="Headers">Headers in order; a header's value may be null.</param>
public sealed record LogRecord(
    LogPosition Position, long TimestampMs, byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, byte[]?>> Headers)
{
    /// <summary>What the record weighs in queues, bytes: key, value, headers and a fixed cost.</summary>
    public int Bytes => RecordBlock.WeightOf(Key?.Length ?? 0, Value?.Length ?? 0, Headers);
}
