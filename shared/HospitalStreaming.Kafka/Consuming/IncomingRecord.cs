namespace HospitalStreaming.Kafka.Consuming;

/// <summary>A record on its way into a <see cref="RecordBlock"/>; no key and an empty one are two things, as are values.</summary>
internal readonly ref struct IncomingRecord(
    long offset, long timestampMs, bool hasKey, ReadOnlySpan<byte> key, bool hasValue, ReadOnlySpan<byte> value, IReadOnlyList<KeyValuePair<string, byte[]?>> headers)
{
    internal long Offset { get; } = offset;

    internal long TimestampMs { get; } = timestampMs;

    internal bool HasKey { get; } = hasKey;

    internal ReadOnlySpan<byte> Key { get; } = key;

    internal bool HasValue { get; } = hasValue;

    internal ReadOnlySpan<byte> Value { get; } = value;

    internal IReadOnlyList<KeyValuePair<string, byte[]?>> Headers { get; } = headers;

    /// <summary>What it weighs in queues, bytes.</summary>
    internal int Weight => RecordBlock.WeightOf(Key.Length, Value.Length, Headers);
}
