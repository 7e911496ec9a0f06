using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using HospitalStreaming.Lake.Gcs.Requests;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>
/// One upload in a resumable session: the session says what the object will be, then parts follow. After a part whose outcome is unknown the
/// service is asked how much it has, so that nothing is sent twice. See https://cloud.google.com/storage/docs/performing-resumable-uploads.
/// </summary>
internal sealed class ResumableUpload(GcsConnection connection, NewObject upload)
{
    private const int Sessions = 4;
    private bool _doubtful;

    /// <summary>The object; null where the name is taken.</summary>
    /// <exception cref="LakeException">The service did not take it.</exception>
    internal async Task<StoredObject?> RunAsync(CancellationToken cancellation)
    {
        var service = await connection.OpenAsync(cancellation);
        for (var session = 1; session <= Sessions; session++)
        {
            _doubtful = false;
            if (await StartAsync(service, cancellation) is not { } address)
            {
                return null;
            }

            if (await SendPartsAsync(service, address, cancellation) is { } response)
            {
                using (response)
                {
                    return response.StatusCode == HttpStatusCode.PreconditionFailed
                        ? null
                        : await service.DeserializeResponse<StoredObject>(await connection.AcceptAsync(service, response, upload.Name));
                }
            }
        }

        throw new LakeException($"gs://{connection.Settings.Bucket} lost the upload session of {upload.Name} {Sessions} times");
    }

    /// <summary>The session's address; null where the name is taken. An attempt whose reply is lost leaves a session that nobody uses.</summary>
    private async Task<Uri?> StartAsync(StorageService service, CancellationToken cancellation)
    {
        var request = new CreateRequest(service, connection.Settings, upload, "resumable");
        using var response = await connection.SendAsync(service, () => Keyed(request.CreateSession()), upload.Name, cancellation);
        if (response.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            return null;
        }

        return (await connection.AcceptAsync(service, response, upload.Name)).Headers.Location
            ?? throw new LakeException($"gs://{connection.Settings.Bucket} opened no upload session for {upload.Name}");
    }

    /// <summary>The last answer; null where the session is gone and another must be begun.</summary>
    private async Task<HttpResponseMessage?> SendPartsAsync(StorageService service, Uri session, CancellationToken cancellation)
    {
        long sent = 0;
        while (true)
        {
            var from = sent;
            var response = await connection.SendAsync(service, () => PartOrQuestion(session, from), upload.Name, cancellation);
            _doubtful = false;
            if (response.StatusCode != HttpStatusCode.PermanentRedirect)
            {
                if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
                {
                    response.Dispose();
                    return null;
                }

                return response;
            }

            sent = Persisted(response);
            response.Dispose();
            if (sent < 0 || sent >= upload.Bytes.Length)
            {
                return null;
            }
        }
    }

    /// <summary>308 names the bytes it has (Range: bytes=0-N), or none.</summary>
    private static long Persisted(HttpResponseMessage response) =>
        !response.Headers.TryGetValues("Range", out var ranges) ? 0
        : RangeHeaderValue.TryParse(ranges.First(), out var range) && range.Ranges.First() is { From: 0, To: { } last } ? last + 1
        : -1;

    private HttpRequestMessage PartOrQuestion(Uri session, long from)
    {
        var request = Keyed(new HttpRequestMessage(HttpMethod.Put, session));
        if (_doubtful)
        {
            request.Content = new ByteArrayContent([]);
            request.Content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{upload.Bytes.Length}"));
            return request;
        }

        // Whatever happens to this one: a later attempt asks first.
        _doubtful = true;
        var part = upload.Bytes[(int)from..(int)Math.Min(from + connection.Settings.ChunkBytes, upload.Bytes.Length)];
        request.Content = new ReadOnlyMemoryContent(part);
        request.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, from + part.Length - 1, upload.Bytes.Length);
        return request;
    }

    private HttpRequestMessage Keyed(HttpRequestMessage request)
    {
        connection.Settings.CustomerKey?.AddTo(request);
        return request;
    }
}
