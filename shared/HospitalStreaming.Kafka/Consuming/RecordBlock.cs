using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.Kafka.Consuming;

/// <summary>
/// Records of one partition, one after another in one piece of pooled memory: to hand over many costs hardly more than one. Whoever takes it
/// reads it once and disposes of it; what was read is not valid afterwards.
/// </summary>
public sealed class RecordBlock : IDisposable
{
    /// <summary>A block's memory, bytes; a larger record has one of its own.</summary>
    internal const int UsualBytes = 64 * 1024;

    private byte[] _bytes;
    private int _length;
    private int _at;
    private List<IReadOnlyList<KeyValuePair<string, byte[]?>>>? _headers;

    private RecordBlock(string topic, int partition, int capacity) => (Topic, Partition, _bytes) = (topic, partition, ArrayPool<byte>.Shared.Rent(capacity));

    /// <summary>Topic of all records.</summary>
    public string Topic { get; }

    /// <summary>Partition of all records.</summary>
    public int Partition { get; }

    /// <summary>Records not read yet.</summary>
    public int Count { get; private set; }

    /// <summary>Memory that it holds, bytes.</summary>
    internal int MemoryBytes => _bytes.Length;

    /// <summary>What its records weigh in queues, bytes.</summary>
    internal int Weight { get; private set; }

    /// <summary>The next record; false at the end.</summary>
    public bool TryRead(out BlockRecord record)
    {
        if (Count == 0)
        {
            record = default;
            return false;
        }

        var frame = MemoryMarshal.Read<Frame>(_bytes.AsSpan(_at));
        var at = _at + Unsafe.SizeOf<Frame>();
        var headers = frame.Headers < 0 ? [] : _headers![frame.Headers];
        record = new BlockRecord(
            new LogPosition(Topic, Partition, frame.Offset),
            frame.TimestampMs,
            Bytes(at, frame.KeyLength),
            Bytes(at + Math.Max(0, frame.KeyLength), frame.ValueLength),
            headers);
        _at = at + Math.Max(0, frame.KeyLength) + Math.Max(0, frame.ValueLength);
        Count--;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _bytes, []) is { Length: > 0 } bytes)
        {
            Count = 0;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>A block with its first record.</summary>
    internal static RecordBlock Of(string topic, int partition, in IncomingRecord record)
    {
        var block = new RecordBlock(topic, partition, Math.Max(UsualBytes, checked(Unsafe.SizeOf<Frame>() + record.Key.Length + record.Value.Length)));
        block.TryAppend(record);
        return block;
    }

    /// <summary>What a record weighs in queues, bytes.</summary>
    internal static int WeightOf(int keyLength, int valueLength, IReadOnlyList<KeyValuePair<string, byte[]?>> headers) =>
        64 + keyLength + valueLength + (headers.Count == 0 ? 0 : headers.Sum(header => header.Key.Length + (header.Value?.Length ?? 0)));

    /// <summary>Copies a record in; false where it has no room.</summary>
    internal bool TryAppend(in IncomingRecord record)
    {
        var space = _bytes.AsSpan(_length);
        if (space.Length < (long)Unsafe.SizeOf<Frame>() + record.Key.Length + record.Value.Length)
        {
            return false;
        }

        MemoryMarshal.Write(
            space,
            new Frame(record.Offset, record.TimestampMs, record.HasKey ? record.Key.Length : -1, record.HasValue ? record.Value.Length : -1, NumberOf(record.Headers)));
        space = space[Unsafe.SizeOf<Frame>()..];
        record.Key.CopyTo(space);
        record.Value.CopyTo(space[record.Key.Length..]);
        _length += Unsafe.SizeOf<Frame>() + record.Key.Length + record.Value.Length;
        Count++;
        Weight += record.Weight;
        return true;
    }

    /// <summary>The same records in memory of their size, where they fill little of this block's: many small blocks may wait in a queue.</summary>
    internal RecordBlock Fitted()
    {
        if (_length > _bytes.Length / 2)
        {
            return this;
        }

        var fitted = new RecordBlock(Topic, Partition, _length) { _length = _length, _headers = _headers, Count = Count, Weight = Weight };
        _bytes.AsSpan(0, _length).CopyTo(fitted._bytes);
        Dispose();
        return fitted;
    }

    /// <summary>No bytes stay no bytes: a plain conversion would make them an empty value.</summary>
    private ReadOnlyMemory<byte>? Bytes(int at, int length) => length < 0 ? (ReadOnlyMemory<byte>?)null : new ReadOnlyMemory<byte>(_bytes, at, length);

    private int NumberOf(IReadOnlyList<KeyValuePair<string, byte[]?>> headers)
    {
        if (headers.Count == 0)
        {
            return -1;
        }

        (_headers ??= []).Add(headers);
        return _headers.Count - 1;
    }

    /// <summary>Stands before a record's key and value; a negative length means that there is none.</summary>
    private readonly record struct Frame(long Offset, long TimestampMs, int KeyLength, int ValueLength, int Headers);
}
