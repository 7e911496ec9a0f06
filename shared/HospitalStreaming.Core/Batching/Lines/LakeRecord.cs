namespace HospitalStreaming.Core.Batching.Lines;

/// <summary>One record of a lake object, with the exact bytes that the broker gave.</summary>
/// <param name="Position">Topic, partition, offset.</param>
/// <param name="TimestampMs">Broker or producer timestamp, milliseconds since 1970 UTC.</param>
/// <param name="Key">Key bytes, or null.</param>
/// <param name="Value">Value bytes; null is a tombstone.</param>
/// <param name="Headers">Headers in order; a value may be null.</param>
public readonly record struct LakeRecord(
    LogPosition Position,
    long TimestampMs,
    ReadOnlyMemory<byte>? Key,
    ReadOnlyMemory<byte>? Value,
    IReadOnlyList<KeyValuePair<string, byte[]?>> Headers);
