using System.Buffers;

namespace HospitalStreaming.Lake.Objects;

/// <summary>Bytes written one after another into memory that goes back to a pool: objects come and go, and fresh memory costs more than filling it.</summary>
internal sealed class PooledStream(long expectedBytes) : Stream
{
    private const int FirstBytes = 64 * 1024;
    private const int MiddleBytes = 1024 * 1024;
    private const int UsualBytes = 8 * 1024 * 1024;
    private const int LargestBytes = 64 * 1024 * 1024;

    /// <summary>Kept apart from the shared pool, which gives large arrays back to the collector.</summary>
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(LargestBytes, 6);

    private byte[] _bytes = Pool.Rent((int)Math.Clamp(expectedBytes, FirstBytes, LargestBytes));
    private int _length;

    /// <summary>What was written, until this is disposed of.</summary>
    internal Memory<byte> Written => _bytes.AsMemory(0, _length);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _bytes.Length - _length)
        {
            Grow(buffer.Length);
        }

        buffer.CopyTo(_bytes.AsSpan(_length));
        _length += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_bytes.Length > 0)
        {
            Pool.Return(_bytes);
            (_bytes, _length) = ([], 0);
        }

        base.Dispose(disposing);
    }

    private void Grow(int by)
    {
        // Few steps on the way to a usual object's size: each leaves its memory in the pool.
        var step = _bytes.Length < MiddleBytes ? MiddleBytes : Math.Max(UsualBytes, (long)_bytes.Length * 2);
        var larger = Pool.Rent((int)Math.Min(Array.MaxLength, Math.Max(step, (long)_length + by)));
        Written.Span.CopyTo(larger);
        Pool.Return(_bytes);
        _bytes = larger;
    }
}
