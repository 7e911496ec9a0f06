using System.Buffers;

namespace HospitalStreaming.Lake.Objects;

/// <summary>Cuts a stream into lines, with a limit on how much it unpacks to (an object may be a compression bomb).</summary>
internal sealed class LakeLineSplitter(Stream input, long maxBytes) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _start;
    private int _end;

    internal long BytesRead { get; private set; }

    /// <summary>The next line without its line feed, or null at the end.</summary>
    internal byte[]? Next()
    {
        var scanned = _start;
        while (true)
        {
            var feed = _buffer.AsSpan(scanned, _end - scanned).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                var line = _buffer[_start..(scanned + feed)];
                _start = scanned + feed + 1;
                return line;
            }

            scanned = _end;
            scanned -= Fill();
            if (scanned < 0)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        input.Dispose();
    }

    /// <summary>Reads more; returns how far kept bytes moved to the front, or a number that makes any position negative at the end.</summary>
    private int Fill()
    {
        var moved = _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = input.Read(_buffer, _end, _buffer.Length - _end);
        if (read == 0)
        {
            return _end == 0 ? int.MaxValue : throw new InvalidDataException("the last line has no end");
        }

        BytesRead += read;
        if (BytesRead > maxBytes)
        {
            throw new InvalidDataException($"more than the {maxBytes} bytes its manifest says");
        }

        _end += read;
        return moved;
    }
}
