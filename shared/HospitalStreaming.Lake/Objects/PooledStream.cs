using System.Buffers;

namespace HospitalStreaming.Lake.Objects;

/// <summary>Bytes written one after another into memory that goes back to a pool: objects come and go, and fresh memory costs more than filling it.</summary>
internal sealed class PooledStream : Stream
{
    private const int FirstBytes = 64 * 1024;

    /// <summary>Kept apart from the shared pool, which gives large arrays back to the collector.</summary>
    private static readonly ArrayPool<byte> Pool = ArrayPool<byte>.Create(64 * 1024 * 1024, 6);

    private byte[] _bytes = Pool.Rent(FirstBytes);
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
        var larger = Pool.Rent((int)Math.Min(Array.MaxLength, Math.Max((long)_bytes.Length * 2, (long)_length + by)));
        Written.Span.CopyTo(larger);
        Pool.Return(_bytes);
        _bytes = larger;
    }
}
