using System.Globalization;
using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Lake.Gcs.Requests;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>The lake as a Cloud Storage bucket: manifests are object metadata, create-only is ifGenerationMatch=0.</summary>
internal sealed class GcsLake(GcsClient client, string bucket, LakeCompression compression, LakeNews news) : ILake, IDisposable
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <inheritdoc/>
    public string Location => "gs://" + bucket;

    /// <inheritdoc/>
    public LakeCompression Compression => compression;

    /// <inheritdoc/>
    public string AddressOf(LakeObjectName name) => $"gs://{bucket}/{name}";

    /// <inheritdoc/>
    public async Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation)
    {
        // No Content-Encoding: it would make the service unpack objects on the way out, and hashes would not fit.
        var type = name.Compression == LakeCompression.Gzip ? "application/gzip" : "application/x-ndjson";
        var metadata = ManifestFields.Write(manifest).Where(field => field.Value.Length > 0).ToDictionary(StringComparer.Ordinal);
        if (await client.CreateAsync(new NewObject(name.ToString(), stored, type, metadata), cancellation) is { } created)
        {
            news.Announce();
            return new LakePut(true, new LakeObject(name, manifest, created.Generation ?? 0) { Length = stored.Length });
        }

        var existing = await FindAsync(name, cancellation) ?? throw new LakeException($"{AddressOf(name)} existed a moment ago and is gone; run `hospital verify`");
        return existing.Manifest is not null
            ? new LakePut(false, existing)
            : throw new LakeDamageException($"{AddressOf(name)} is taken by something that is not an object of ours; move it away");
    }

    /// <inheritdoc/>
    public async Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation) =>
        await client.FindAsync(name.ToString(), cancellation) is { } found ? ObjectOf(name, found) : null;

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation) =>
        new MemoryStream(await client.ReadAsync(name.ToString(), null, cancellation) ?? throw new LakeDamageException($"{AddressOf(name)} is missing"), writable: false);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation)
    {
        var prefix = LakeObjectName.TopicPrefix(topic);
        var days = new List<DateOnly>();
        await foreach (var page in PagesAsync(prefix, null, "/", cancellation))
        {
            foreach (var folder in page.Prefixes ?? [])
            {
                if (DateOnly.TryParseExact(folder.AsSpan(prefix.Length), "'dt='yyyy-MM-dd'/'", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                {
                    days.Add(day);
                }
            }
        }

        days.Sort();
        return days;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LakeObject> ListAsync(
        LakeStream stream, DateOnly day, long fromOffset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var prefix = LakeObjectName.ChainPrefix(stream, day);
        var start = string.Create(CultureInfo.InvariantCulture, $"{prefix}{fromOffset:D20}");
        await foreach (var page in PagesAsync(prefix, start, null, cancellation))
        {
            foreach (var item in page.Items ?? [])
            {
                if (item.Name is { } text && LakeObjectName.TryParse(text, out var name) && name.StartOffset >= fromOffset)
                {
                    yield return ObjectOf(name, item);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CreateDocumentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        DocumentPath.Check(path);
        var created = await client.CreateAsync(new NewObject(path, content, "application/json", NoMetadata), cancellation) is not null;
        if (created)
        {
            news.Announce();
        }

        return created;
    }

    /// <inheritdoc/>
    public async Task<byte[]?> ReadDocumentAsync(string path, CancellationToken cancellation)
    {
        DocumentPath.Check(path);
        return await client.ReadAsync(path, null, cancellation);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListDocumentsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        DocumentPath.CheckPrefix(prefix);
        await foreach (var page in PagesAsync(prefix, null, null, cancellation))
        {
            foreach (var item in page.Items ?? [])
            {
                yield return item.Name!;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static LakeObject ObjectOf(LakeObjectName name, StoredObject found) =>
        new(name, found.Metadata is { } metadata ? ManifestFields.Read(metadata) : null, found.Generation ?? 0) { Length = found.Size };

    private async IAsyncEnumerable<StoredObjects> PagesAsync(
        string prefix, string? startOffset, string? delimiter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? token = null;
        do
        {
            var page = await client.ListAsync(prefix, startOffset, delimiter, token, cancellation);
            yield return page;
            token = page.NextPageToken;
        }
        while (!string.IsNullOrEmpty(token));
    }
}
