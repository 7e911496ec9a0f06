using System.Buffers;
using System.IO.Compression;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Objects;

/// <summary>
/// Packs lines as they come. The compressor is fed in blocks of a fixed size, so that its output depends on the content only, never on how the
/// content arrived; the gzip header is neutral (no time, no operating system).
/// </summary>
internal sealed class ObjectPacker : IDisposable
{
    private const int BlockBytes = 32 * 1024;
    private readonly PooledStream _stored;
    private readonly GZipStream? _gzip;
    private byte[] _block = [];
    private int _filled;

    internal ObjectPacker(LakeCompression compression, long expectedBytes)
    {
        _stored = new PooledStream(expectedBytes);
        if (compression == LakeCompression.Gzip)
        {
            _gzip = new GZipStream(_stored, CompressionLevel.Fastest, leaveOpen: true);
            _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        }
    }

    internal void Write(ReadOnlySpan<byte> line)
    {
        if (_gzip is null)
        {
            _stored.Write(line);
            return;
        }

        while (!line.IsEmpty)
        {
            var take = Math.Min(line.Length, BlockBytes - _filled);
            line[..take].CopyTo(_block.AsSpan(_filled));
            line = line[take..];
            _filled += take;
            if (_filled == BlockBytes)
            {
                _gzip.Write(_block, 0, BlockBytes);
                _filled = 0;
            }
        }
    }

    /// <summary>The stored bytes, until this is disposed of.</summary>
    internal ReadOnlyMemory<byte> Finish()
    {
        if (_gzip is not null)
        {
            _gzip.Write(_block, 0, _filled);
            _filled = 0;
            _gzip.Dispose();
            Neutralize(_stored.Written.Span);
        }

        return _stored.Written;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gzip?.Dispose();
        _stored.Dispose();
        if (_block.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_block);
            _block = [];
        }
    }

    /// <summary>RFC 1952: MTIME 0 is "none", XFL 0 says nothing, OS 255 is "unknown"; the header has no checksum of its own.</summary>
    private static void Neutralize(Span<byte> gzip)
    {
        gzip[4..9].Clear();
        gzip[9] = 255;
    }
}
