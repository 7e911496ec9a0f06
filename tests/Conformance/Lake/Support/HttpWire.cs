using System.Globalization;
using System.Text;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>One connection's HTTP/1.1, as much of it as our clients speak: bodies have a length or come in chunks.</summary>
internal sealed class HttpWire(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next request, whole; null where the client has closed.</summary>
    internal async Task<ProxiedRequest?> ReadAsync(CancellationToken cancellation)
    {
        if (await LineAsync(cancellation) is not { Length: > 0 } first)
        {
            return null;
        }

        var headers = new List<KeyValuePair<string, string>>();
        while (await LineAsync(cancellation) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(line[..colon], line[(colon + 1)..].Trim()));
        }

        var request = new ProxiedRequest(first.Split(' ')[0], first.Split(' ')[1], headers, []);
        if (request.Header("Expect") is not null)
        {
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellation);
        }

        var body = new MemoryStream();
        if (request.Header("Transfer-Encoding") is not null)
        {
            for (var size = await ChunkSizeAsync(cancellation); size > 0; size = await ChunkSizeAsync(cancellation))
            {
                await CopyAsync(body, size, cancellation);
                await LineAsync(cancellation);
            }

            await LineAsync(cancellation);
        }
        else
        {
            await CopyAsync(body, int.Parse(request.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture), cancellation);
        }

        return request with { Body = body.ToArray() };
    }

    /// <summary>A request's first lines, for a body of its length.</summary>
    internal static byte[] Head(ProxiedRequest request) => Encoding.Latin1.GetBytes(
        $"{request.Method} {request.Target} HTTP/1.1\r\n"
        + string.Concat(request.Headers.Where(header => header.Key is not ("Content-Length" or "Transfer-Encoding")).Select(header => $"{header.Key}: {header.Value}\r\n"))
        + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {request.Body.Length}\r\n\r\n"));

    internal async Task WriteAsync(ProxiedResponse response, CancellationToken cancellation)
    {
        await stream.WriteAsync(Head(response), cancellation);
        await stream.WriteAsync(response.Body, cancellation);
    }

    internal async Task WriteHalfAsync(ProxiedResponse response, CancellationToken cancellation)
    {
        await stream.WriteAsync(Head(response), cancellation);
        await stream.WriteAsync(response.Body.AsMemory(0, response.Body.Length / 2), cancellation);
        await stream.FlushAsync(cancellation);
    }

    private static byte[] Head(ProxiedResponse response) => Encoding.Latin1.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {response.Status} X\r\nContent-Length: {response.Body.Length}\r\n")
        + string.Concat(response.Headers.Select(header => $"{header.Key}: {header.Value}\r\n")) + "\r\n");

    private async Task<int> ChunkSizeAsync(CancellationToken cancellation) =>
        int.Parse((await LineAsync(cancellation) ?? "0").Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private async Task<string?> LineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellation))
            {
                return null;
            }

            var next = (char)_buffer[_start++];
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(next);
        }
    }

    private async Task CopyAsync(MemoryStream body, int length, CancellationToken cancellation)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync(cancellation))
            {
                throw new IOException("the client broke off");
            }

            var take = Math.Min(length, _end - _start);
            body.Write(_buffer, _start, take);
            _start += take;
            length -= take;
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellation);
        return _end > 0;
    }
}
