using System.Buffers;
using System.Buffers.Binary;
using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Server;

/// <summary>
/// Cuts a stream into frames. Small frames are handed out where they were read; a large one gets a pooled buffer that starts at no more than
/// 1 MiB and grows as its bytes really arrive. A frame is valid until the next read.
/// </summary>
internal sealed class FrameReader(Stream stream, BrokerOptions options, InFlightBudget budget, TimeProvider time) : IDisposable
{
    private const int SmallBytes = 16 * 1024;
    private const int FirstLargeBytes = 1 << 20;
    private const int LeastFrameBytes = 8;
    private readonly byte[] _small = ArrayPool<byte>.Shared.Rent(SmallBytes);
    private byte[]? _large;
    private int _start;
    private int _end;
    private int _taken;

    /// <summary>The next frame without its length, or null at the end of the stream.</summary>
    public async ValueTask<Memory<byte>?> ReadAsync(CancellationToken stopping)
    {
        ReleaseLarge();
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
            if (!await FillSmallAsync(stopping))
            {
                return null;
            }
        }
        if (Complete() is { } ready)
        {
            return ready;
        }
        // From here on a frame has begun, and must come within its time.
        using var late = new CancellationTokenSource(options.RequestReadTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping, late.Token);
        try
        {
            return await ReadRestAsync(both.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            throw new MalformedRequestException("a request began and did not arrive in time");
        }
    }

    public void Dispose()
    {
        ReleaseLarge();
        ArrayPool<byte>.Shared.Return(_small);
    }

    private async ValueTask<Memory<byte>?> ReadRestAsync(CancellationToken token)
    {
        while (_end - _start < 4)
        {
            if (!await FillSmallAsync(token))
            {
                throw new MalformedRequestException("the connection ended within a request");
            }
        }
        var length = FrameLength();
        if (length > SmallBytes - 4)
        {
            return await ReadLargeAsync(length, token);
        }
        while (true)
        {
            if (Complete() is { } ready)
            {
                return ready;
            }
            if (!await FillSmallAsync(token))
            {
                throw new MalformedRequestException("the connection ended within a request");
            }
        }
    }

    private async ValueTask<Memory<byte>> ReadLargeAsync(int length, CancellationToken token)
    {
        await budget.TakeAsync(length, token);
        _taken = length;
        _large = ArrayPool<byte>.Shared.Rent(Math.Min(length, FirstLargeBytes));
        var filled = _end - _start - 4;
        _small.AsSpan(_start + 4, filled).CopyTo(_large);
        (_start, _end) = (0, 0);
        while (filled < length)
        {
            if (filled == _large.Length)
            {
                var grown = ArrayPool<byte>.Shared.Rent(Math.Min(length, _large.Length * 2));
                _large.AsSpan(0, filled).CopyTo(grown);
                ArrayPool<byte>.Shared.Return(_large);
                _large = grown;
            }
            var read = await stream.ReadAsync(_large.AsMemory(filled, Math.Min(length, _large.Length) - filled), token);
            filled += read > 0 ? read : throw new MalformedRequestException("the connection ended within a request");
        }
        return _large.AsMemory(0, length);
    }

    // A whole small frame that is here already.
    private Memory<byte>? Complete()
    {
        if (_end - _start < 4 || FrameLength() > _end - _start - 4)
        {
            return null;
        }
        var frame = _small.AsMemory(_start + 4, FrameLength());
        _start += 4 + frame.Length;
        return frame;
    }

    private int FrameLength()
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(_small.AsSpan(_start));
        return length >= LeastFrameBytes && length <= options.MaxRequestBytes
            ? length
            : throw new MalformedRequestException($"a request of {length} bytes is refused: {LeastFrameBytes} to {options.MaxRequestBytes} are taken");
    }

    private async ValueTask<bool> FillSmallAsync(CancellationToken token)
    {
        if (_start > 0)
        {
            _small.AsSpan(_start, _end - _start).CopyTo(_small);
            (_start, _end) = (0, _end - _start);
        }
        var read = await stream.ReadAsync(_small.AsMemory(_end), token);
        _end += read;
        return read > 0;
    }

    private void ReleaseLarge()
    {
        if (_large is not null)
        {
            ArrayPool<byte>.Shared.Return(_large);
            _large = null;
        }
        if (_taken > 0)
        {
            budget.Return(_taken);
            _taken = 0;
        }
    }
}
