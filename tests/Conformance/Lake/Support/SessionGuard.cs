using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Lake.Gcs;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>
/// Cloud Storage's rules for resumable sessions, where fake-gcs-server has others: it appends a part that is sent again, takes a question for the
/// end of the upload, and forgets the declared checksum. The guard keeps the parts itself and hands the whole on once, checked.
/// </summary>
internal sealed class SessionGuard(Func<ProxiedRequest, Task<ProxiedResponse>> forward) : IProxyGuard
{
    /// <summary>Of a part that breaks off the service keeps whole blocks.</summary>
    private const int Block = 256 * 1024;

    private readonly ConcurrentDictionary<string, Session> _sessions = new();

    public bool Takes(ProxiedRequest request) => request.IsUpload && request.Query("uploadType") == "resumable";

    /// <summary>The first half of a part arrives; false where the request is no part.</summary>
    public bool TakesHalf(ProxiedRequest request)
    {
        if (request.Method != "PUT" || !Takes(request) || Of(request) is not { } session)
        {
            return false;
        }

        session.Take(RangeOf(request).From, request.Body.AsSpan(0, request.Body.Length / 2 / Block * Block));
        return true;
    }

    public async Task<ProxiedResponse> CarryOutAsync(ProxiedRequest request)
    {
        if (request.Method == "POST")
        {
            var opened = await forward(request);
            if (opened.Status < 300)
            {
                using var description = JsonDocument.Parse(request.Body);
                var address = new Uri(opened.Headers.Single(header => header.Key == "Location").Value);
                _sessions[KeyOf(address.Query)] = new Session(description.RootElement.GetProperty("crc32c").GetString()!);
            }

            return opened;
        }

        if (Of(request) is not { } session)
        {
            return Answer(410, "no such session");
        }

        if (session.Done is { } done)
        {
            return done;
        }

        var (from, total) = RangeOf(request);
        session.Take(from, request.Body);
        if (session.Length < total)
        {
            return new ProxiedResponse(308, session.Length == 0 ? [] : [new("Range", string.Create(CultureInfo.InvariantCulture, $"bytes=0-{session.Length - 1}"))], []);
        }

        if (Crc32C.Of(session.Bytes) != session.Crc32C)
        {
            return Answer(400, "the checksum does not match");
        }

        return session.Done = await forward(request with { Headers = [.. request.Headers.Where(header => header.Key != "Content-Range")], Body = session.Bytes });
    }

    private static ProxiedResponse Answer(int status, string message) => new(status, [], Encoding.ASCII.GetBytes($"{{\"error\":{{\"code\":{status},\"message\":\"{message}\"}}}}"));

    private static string KeyOf(string query) => query.TrimStart('?').Split('&').Single(part => part.StartsWith("upload_id=", StringComparison.Ordinal));

    /// <summary>First byte of the part (null asks a question), and the whole's length.</summary>
    private static (long? From, long Total) RangeOf(ProxiedRequest request)
    {
        var range = ContentRangeHeaderValue.Parse(request.Header("Content-Range")!);
        return (range.From, range.Length!.Value);
    }

    private Session? Of(ProxiedRequest request) => _sessions.GetValueOrDefault(KeyOf(request.Target[request.Target.IndexOf('?', StringComparison.Ordinal)..]));

    private sealed class Session(string crc32C)
    {
        private readonly MemoryStream _bytes = new();

        internal string Crc32C { get; } = crc32C;

        internal ProxiedResponse? Done { get; set; }

        internal long Length => _bytes.Length;

        internal byte[] Bytes => _bytes.ToArray();

        /// <summary>What it has already is not taken again.</summary>
        internal void Take(long? from, ReadOnlySpan<byte> part)
        {
            if (from is { } first && first <= Length && first + part.Length > Length)
            {
                _bytes.Write(part[(int)(Length - first)..]);
            }
        }
    }
}
