using System.Buffers;

namespace HospitalStreaming.Broker.Storage;

/// <summary>Walks batch headers in a file between two positions, reading ahead in one pooled buffer.</summary>
internal sealed class BatchCursor(IFile file, long position, long limit) : IDisposable
{
    private const int BufferBytes = 32 * 1024;
    private const int ChunkBytes = 256 * 1024;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private long _bufferStart;
    private int _bufferLength;
    private long _next = position;

    public BatchHeader Header { get; private set; }

    /// <summary>Where the current batch starts.</summary>
    public long Position { get; private set; } = position;

    /// <summary>False at the limit, or at bytes that are no batch that fits before it.</summary>
    public bool MoveNext()
    {
        Position = _next;
        if (limit - Position < BatchHeader.Bytes)
        {
            return false;
        }
        if (Position < _bufferStart || Position + BatchHeader.Bytes > _bufferStart + _bufferLength)
        {
            _bufferStart = Position;
            _bufferLength = file.Read(_buffer.AsSpan(0, (int)Math.Min(BufferBytes, limit - Position)), Position);
        }
        var at = (int)(Position - _bufferStart);
        if (!BatchHeader.TryRead(_buffer.AsSpan(at, _bufferLength - at), out var header) || header.Size > limit - Position)
        {
            return false;
        }
        Header = header;
        _next = Position + header.Size;
        return true;
    }

    /// <summary>Whether the current batch's CRC is that of its bytes.</summary>
    public bool IsIntact()
    {
        var at = (int)(Position - _bufferStart);
        if (Header.Size <= _bufferLength - at)
        {
            return ~Crc32C.Add(uint.MaxValue, _buffer.AsSpan(at + BatchHeader.CrcFrom, Header.Size - BatchHeader.CrcFrom)) == Header.Crc;
        }
        var running = uint.MaxValue;
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (var from = Position + BatchHeader.CrcFrom; from < Position + Header.Size;)
            {
                var wanted = (int)Math.Min(ChunkBytes, Position + Header.Size - from);
                var read = file.Read(chunk.AsSpan(0, wanted), from);
                if (read < wanted)
                {
                    return false;
                }
                running = Crc32C.Add(running, chunk.AsSpan(0, read));
                from += read;
            }
            return ~running == Header.Crc;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
