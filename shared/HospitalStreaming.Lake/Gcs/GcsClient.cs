using System.Net;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake.Gcs.Requests;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>The lake's requests. Every one may be repeated: reads change nothing, and writes say which generation they expect.</summary>
internal sealed class GcsClient(GcsSettings settings, LineMeters meters, TimeProvider clock, Google.Apis.Http.IHttpClientFactory? transport) : IDisposable
{
    /// <summary>Uploads whose stored bytes turn out wrong are made anew this often; Google refuses such an upload itself.</summary>
    private const int WrongUploads = 4;

    private readonly GcsConnection _connection = new(settings, meters, clock, transport);

    /// <summary>Creates an object, or replaces one generation of it; null where the name is taken, or no longer by that generation.</summary>
    internal async Task<StoredObject?> CreateAsync(NewObject upload, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var created = upload.Bytes.Length < settings.SingleRequestBytes
                ? await CreateAtOnceAsync(upload, cancellation)
                : await new ResumableUpload(_connection, upload).RunAsync(cancellation);
            if (created is null || IsWhole(created, upload))
            {
                return created;
            }

            // What is stored under the name is not what was sent. It is ours, of this moment: no offset was committed for it. A name that was
            // taken before stays taken: it gets the right bytes in the wrong ones' place.
            if (upload.Replaces == 0)
            {
                await DeleteAsync(upload.Name, created.Generation ?? 0, cancellation);
            }
            else
            {
                upload = upload with { Replaces = created.Generation ?? 0 };
            }

            if (attempt == WrongUploads)
            {
                throw new LakeException($"gs://{settings.Bucket} stores other bytes for {upload.Name} than it is sent; is a proxy in between?");
            }
        }
    }

    /// <summary>An object's description, or null.</summary>
    internal async Task<StoredObject?> FindAsync(string name, CancellationToken cancellation)
    {
        var service = await _connection.OpenAsync(cancellation);
        using var response = await _connection.SendAsync(service, () => Keyed(new ObjectRequest(service, settings.Bucket, name, media: false).CreateRequest()), name, cancellation);
        return await _connection.IsMissingAsync(service, response)
            ? null
            : await service.DeserializeResponse<StoredObject>(await _connection.AcceptAsync(service, response, name));
    }

    /// <summary>An object's bytes, or null.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="range">First byte and length of a part; null for all of it.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<byte[]?> ReadAsync(string name, (long First, long Length)? range, CancellationToken cancellation)
    {
        var service = await _connection.OpenAsync(cancellation);
        using var response = await _connection.SendAsync(
            service,
            () =>
            {
                var request = Keyed(new ObjectRequest(service, settings.Bucket, name, media: true).CreateRequest());
                request.Headers.Range = range is { } part ? new(part.First, part.First + part.Length - 1) : null;
                return request;
            },
            name,
            cancellation);
        return await _connection.IsMissingAsync(service, response)
            ? null
            : await (await _connection.AcceptAsync(service, response, name)).Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <summary>One page of names.</summary>
    internal async Task<StoredObjects> ListAsync(string prefix, string? startOffset, string? delimiter, string? pageToken, CancellationToken cancellation)
    {
        var service = await _connection.OpenAsync(cancellation);
        using var response = await _connection.SendAsync(
            service, () => new ListRequest(service, settings.Bucket, prefix, startOffset, delimiter, pageToken).CreateRequest(), prefix, cancellation);
        return await service.DeserializeResponse<StoredObjects>(await _connection.AcceptAsync(service, response, prefix));
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary>Whether the service says of the whole object what we sent. It names no checksum of objects under a customer's key.</summary>
    private static bool IsWhole(StoredObject created, NewObject upload) =>
        created.Size == upload.Bytes.Length && (created.Crc32C is not { } checksum || checksum == upload.Crc32C);

    private async Task<StoredObject?> CreateAtOnceAsync(NewObject upload, CancellationToken cancellation)
    {
        var service = await _connection.OpenAsync(cancellation);
        var request = new CreateRequest(service, settings, upload, "multipart");
        using var response = await _connection.SendAsync(service, () => Keyed(request.CreateMultipart()), upload.Name, cancellation);
        return response.StatusCode == HttpStatusCode.PreconditionFailed
            ? null
            : await service.DeserializeResponse<StoredObject>(await _connection.AcceptAsync(service, response, upload.Name));
    }

    /// <summary>Removes one generation of an object and no other.</summary>
    private async Task DeleteAsync(string name, long generation, CancellationToken cancellation)
    {
        var service = await _connection.OpenAsync(cancellation);
        using var response = await _connection.SendAsync(service, () => new DeleteRequest(service, settings.Bucket, name, generation).CreateRequest(), name, cancellation);
        if (response.StatusCode == HttpStatusCode.Forbidden)
        {
            throw new LakeDamageException($"gs://{settings.Bucket}/{name} was stored with other bytes than were sent, and this account may not delete it; delete its generation {generation}");
        }

        // Gone or replaced already: either is as good.
        if (response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed))
        {
            await _connection.AcceptAsync(service, response, name);
        }
    }

    private HttpRequestMessage Keyed(HttpRequestMessage request)
    {
        settings.CustomerKey?.AddTo(request);
        return request;
    }
}
