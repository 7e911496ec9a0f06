using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.Kafka.Consuming;

/// <summary>One record as it lies in a <see cref="RecordBlock"/>: its bytes are valid until the block is disposed of.</summary>
/// <param name="Position">Topic, partition, offset.</param>
/// <param name="TimestampMs">Broker or producer timestamp, milliseconds since 1970 UTC.</param>
/// <param name="Key">Key bytes, or null.</param>
/// <param name="Value">Value bytes; null is a tombstone.</param>
/// <param name="Headers">Headers in order; a header's value may be null.</param>
public readonly record struct BlockRecord(
    LogPosition Position, long TimestampMs, ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte>? Value, IReadOnlyList<KeyValuePair<string, byte[]?>> Headers)
{
    /// <summary>A copy that outlives the block.</summary>
    public LogRecord Copy() => new(Position, TimestampMs, Key?.ToArray(), Value?.ToArray(), Headers);
}
