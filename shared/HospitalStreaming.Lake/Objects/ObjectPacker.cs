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
    private readonly MemoryStream _stored = new();
    private readonly Stream _packing;
    private readonly bool _gzip;
    private byte[] _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private int _filled;

    internal ObjectPacker(LakeCompression compression)
    {
        _gzip = compression == LakeCompression.Gzip;
        _packing = _gzip ? new GZipStream(_stored, CompressionLevel.Fastest, leaveOpen: true) : _stored;
    }

    internal void Write(ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            var take = Math.Min(line.Length, BlockBytes - _filled);
            line[..take].CopyTo(_block.AsSpan(_filled));
            line = line[take..];
            _filled += take;
            if (_filled == BlockBytes)
            {
                _packing.Write(_block, 0, BlockBytes);
                _filled = 0;
            }
        }
    }

    internal ReadOnlyMemory<byte> Finish()
    {
        _packing.Write(_block, 0, _filled);
        _filled = 0;
        if (_gzip)
        {
            _packing.Dispose();
            Neutralize(_stored.GetBuffer());
        }

        return _stored.GetBuffer().AsMemory(0, (int)_stored.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packing.Dispose();
        if (_block.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_block);
            _block = [];
        }
    }

    /// <summary>RFC 1952: MTIME 0 is "none", XFL 0 says nothing, OS 255 is "unknown"; the header has no checksum of its own.</summary>
    private static void Neutralize(byte[] gzip)
    {
        gzip.AsSpan(4, 5).Clear();
        gzip[9] = 255;
    }
}
