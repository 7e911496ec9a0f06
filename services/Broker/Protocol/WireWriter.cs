using System.Buffers.Binary;
using System.Text;

namespace HospitalStreaming.Broker.Protocol;

/// <summary>Writes Kafka's primitive types into pooled blocks. One writer belongs to one connection and is used again for each response.</summary>
internal sealed class WireWriter : IDisposable
{
    private readonly List<(byte[] Block, int Used)> _full = [];
    private byte[] _block = WireBlocks.Rent();
    private int _used;
    private long _fullBytes;

    public short Version { get; private set; }
    public bool Flexible { get; private set; }
    public long Length => _fullBytes + _used;

    /// <summary>Starts a response: its length (filled in by <see cref="Finish"/>), its correlation id and, in flexible headers, no tags.</summary>
    public void Begin(short version, bool flexible, int correlationId, bool flexibleHeader)
    {
        Reset(default);
        Version = version;
        Flexible = flexible;
        Int32(0);
        Int32(correlationId);
        if (flexibleHeader)
        {
            Int8(0);
        }
    }

    /// <summary>Fills in the length and returns the blocks to send, in order.</summary>
    public List<ArraySegment<byte>> Finish()
    {
        var first = _full.Count > 0 ? _full[0].Block : _block;
        BinaryPrimitives.WriteInt32BigEndian(first, checked((int)(Length - 4)));
        return [.. _full.Select(f => new ArraySegment<byte>(f.Block, 0, f.Used)), new ArraySegment<byte>(_block, 0, _used)];
    }

    public void Int8(sbyte value) => Room(1)[0] = (byte)value;
    public void Bool(bool value) => Room(1)[0] = value ? (byte)1 : (byte)0;
    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Room(2), value);
    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Room(4), value);
    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Room(8), value);
    public void Uuid(Guid value) => value.TryWriteBytes(Room(16), bigEndian: true, out _);
    public void Error(ErrorCode value) => Int16((short)value);

    public void VarUint(uint value)
    {
        while (value >= 0x80)
        {
            Room(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }
        Room(1)[0] = (byte)value;
    }

    public void String(string? value)
    {
        if (value is null)
        {
            Length16(-1);
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(value);
        Length16(bytes.Length);
        Raw(bytes);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        BytesLength(value.Length);
        Raw(value);
    }

    public void BytesLength(int length)
    {
        if (Flexible)
        {
            VarUint((uint)(length + 1));
        }
        else
        {
            Int32(length);
        }
    }

    /// <summary>An array's length; the caller writes the elements. A negative count is a null array.</summary>
    public void Count(int count) => BytesLength(count);

    public void Array<T>(IReadOnlyCollection<T> items, Action<WireWriter, T> element)
    {
        Count(items.Count);
        foreach (var item in items)
        {
            element(this, item);
        }
    }

    public void Tags()
    {
        if (Flexible)
        {
            Int8(0);
        }
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var space = Space();
            var part = Math.Min(space.Length, bytes.Length);
            bytes[..part].CopyTo(space);
            _used += part;
            bytes = bytes[part..];
        }
    }

    /// <summary>Free space to fill from outside (a file); call <see cref="Advance"/> with what was filled.</summary>
    public Span<byte> Space()
    {
        if (_used == _block.Length)
        {
            NextBlock();
        }
        return _block.AsSpan(_used);
    }

    public void Advance(int count) => _used += count;

    /// <summary>A place to go back to with <see cref="Reset"/>.</summary>
    public (int FullBlocks, int Used) Mark() => (_full.Count, _used);

    public void Reset((int FullBlocks, int Used) mark)
    {
        while (_full.Count > mark.FullBlocks)
        {
            WireBlocks.Return(_block);
            (_block, var used) = _full[^1];
            _fullBytes -= used;
            _full.RemoveAt(_full.Count - 1);
        }
        _used = mark.Used;
    }

    public void Dispose()
    {
        Reset(default);
        WireBlocks.Return(_block);
        _block = [];
    }

    private void Length16(int length)
    {
        if (Flexible)
        {
            VarUint((uint)(length + 1));
        }
        else
        {
            Int16(checked((short)length));
        }
    }

    private Span<byte> Room(int count)
    {
        if (_block.Length - _used < count)
        {
            NextBlock();
        }
        _used += count;
        return _block.AsSpan(_used - count, count);
    }

    private void NextBlock()
    {
        _full.Add((_block, _used));
        _fullBytes += _used;
        _block = WireBlocks.Rent();
        _used = 0;
    }
}
