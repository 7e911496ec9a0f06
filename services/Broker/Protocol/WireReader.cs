using System.Buffers.Binary;
using System.Text;

namespace HospitalStreaming.Broker.Protocol;

/// <summary>
/// Reads Kafka's primitive types from one request body. Every length is checked against what is left before anything is allocated,
/// and the number of array elements in one request is bounded; anything else throws <see cref="MalformedRequestException"/>.
/// Flexible versions (KIP-482) use compact lengths and tagged fields; the same calls read both encodings.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> data, short version, bool flexible)
{
    /// <summary>No honest client comes near it; it bounds what a small frame can make us allocate.</summary>
    internal const int MaxElements = 200_000;

    private readonly ReadOnlySpan<byte> _data = data;
    private int _elements;

    public readonly short Version { get; } = version;
    public readonly bool Flexible { get; } = flexible;
    public int Position { get; private set; }
    public readonly int Remaining => _data.Length - Position;

    public sbyte Int8() => (sbyte)Take(1)[0];
    public bool Bool() => Take(1)[0] != 0;
    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));
    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));
    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));
    public Guid Uuid() => new(Take(16), bigEndian: true);

    public uint VarUint()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Take(1)[0];
            if (shift == 28 && next > 0x0F)
            {
                break;
            }
            value |= (uint)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }
        throw new MalformedRequestException("a variable-length number is longer than 32 bits");
    }

    public string String() => NullableString() ?? throw new MalformedRequestException("a text that may not be null is null");

    public string? NullableString()
    {
        var length = Flexible ? CompactLength() : Int16();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Where the next byte field lies in the body: a negative length means null. Nothing is copied.</summary>
    public (int Start, int Length) NullableBytes()
    {
        var length = Flexible ? CompactLength() : Int32();
        if (length < 0)
        {
            return (Position, -1);
        }
        var start = Position;
        Take(length);
        return (start, length);
    }

    public byte[] Bytes()
    {
        var (start, length) = NullableBytes();
        return length <= 0 ? [] : _data.Slice(start, length).ToArray();
    }

    public T[] Array<T>(WireElement<T> element) => NullableArray(element) ?? [];

    public T[]? NullableArray<T>(WireElement<T> element)
    {
        var count = Flexible ? CompactLength() : Int32();
        if (count < 0)
        {
            return null;
        }
        _elements += count <= Remaining ? count : throw new MalformedRequestException("an array is longer than its request");
        if (_elements > MaxElements)
        {
            throw new MalformedRequestException("a request has too many array elements");
        }
        var items = new T[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = element(ref this);
        }
        return items;
    }

    /// <summary>Skips tagged fields; nothing this broker does depends on one.</summary>
    public void Tags()
    {
        if (!Flexible)
        {
            return;
        }
        for (var left = VarUint(); left > 0; left--)
        {
            VarUint();
            var length = VarUint();
            Take(length <= int.MaxValue ? (int)length : -1);
        }
    }

    private int CompactLength()
    {
        var length = VarUint();
        return length <= int.MaxValue ? (int)length - 1 : throw new MalformedRequestException("a length is out of range");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw new MalformedRequestException("a field runs past the end of its request");
        }
        var taken = _data.Slice(Position, count);
        Position += count;
        return taken;
    }
}
