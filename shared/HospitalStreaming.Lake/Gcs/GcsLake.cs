using System.Globalization;
using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Lake.Gcs.Requests;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>The lake as a Cloud Storage bucket: manifests are object metadata, create-only is ifGenerationMatch=0.</summary>
internal sealed class GcsLake(GcsClient client, string bucket, LakeShape shape, LakeNews news) : ILake, IDisposable
{
    private static readonly Dictionary<string, string> NoMetadata = [];

    /// <inheritdoc/>
    public string Location => "gs://" + bucket;

    /// <inheritdoc/>
    public LakeCompression Compression => shape.Compression;

    /// <inheritdoc/>
    public LakeShape Shape => shape;

    /// <inheritdoc/>
    public string AddressOf(LakeObjectName name) => $"gs://{bucket}/{name}";

    /// <inheritdoc/>
    public async Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation)
    {
        if (await client.CreateAsync(new NewObject(name.ToString(), stored, TypeOf(name), NonEmpty(ManifestFields.Write(manifest))), cancellation) is { } created)
        {
            news.Announce();
            return new LakePut(true, new LakeObject(name, manifest, created.Generation ?? 0) { Length = stored.Length });
        }

        var existing = await FindAsync(name, cancellation) ?? throw new LakeException($"{AddressOf(name)} existed a moment ago and is gone; run `hospital verify`");
        return existing is { Manifest: not null, HasItsLength: true }
            ? new LakePut(false, existing)
            : throw new LakeDamageException($"{AddressOf(name)} is taken by something that is not a whole object of ours; move it away");
    }

    /// <inheritdoc/>
    public async Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation)
    {
        foreach (var candidate in await LakeFolders.NamesAsync(shape.Layout, name, prefix => ChildrenAsync(prefix, cancellation)))
        {
            if (await client.FindAsync(candidate.ToString(), cancellation) is { } found)
            {
                return ObjectOf(candidate, found);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation)
    {
        var bytes = await client.ReadAsync(name.ToString(), null, cancellation) ?? throw new LakeDamageException($"{AddressOf(name)} is missing");
        return bytes.Length == 0 && await FindAsync(name, cancellation) is { Part: { } part }
            ? await ReadPartAsync(name, part, cancellation)
            : new MemoryStream(bytes, writable: false);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(LakeObject found, CancellationToken cancellation) =>
        found.Part is { } part ? await ReadPartAsync(found.Name, part, cancellation) : await OpenReadAsync(found.Name, cancellation);

    /// <inheritdoc/>
    public async Task<bool> EmptyAsync(LakeObject found, CompactedPart part, CancellationToken cancellation)
    {
        // Content and metadata change in one request, and only those of the generation whose bytes were copied.
        var empty = new NewObject(found.Name.ToString(), ReadOnlyMemory<byte>.Empty, TypeOf(found.Name), NonEmpty(ManifestFields.Write(found.Manifest!, part))) { Replaces = found.Generation };
        return await client.CreateAsync(empty, cancellation) is not null
            || (await FindAsync(found.Name, cancellation) is { } now && now.Part == part && now.Manifest == found.Manifest);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation) =>
        LakeFolders.DaysAsync(shape.Layout, topic, prefix => ChildrenAsync(prefix, cancellation));

    /// <inheritdoc/>
    public async IAsyncEnumerable<LakeObject> ListAsync(
        LakeStream stream, DateOnly day, long fromOffset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var folders = await LakeFolders.OfDayAsync(shape.Layout, stream, day, prefix => ChildrenAsync(prefix, cancellation));
        if (folders.Count == 1)
        {
            await foreach (var found in ListAsync(folders[0].Prefix, stream, fromOffset, cancellation))
            {
                yield return found;
            }

            yield break;
        }

        // Records' times may run backwards around the hour.
        var all = new List<LakeObject>();
        foreach (var (folder, _) in folders)
        {
            await foreach (var found in ListAsync(folder, stream, fromOffset, cancellation))
            {
                all.Add(found);
            }
        }

        foreach (var found in all.OrderBy(found => found.Name))
        {
            yield return found;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CreateDocumentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        DocumentPath.Check(path);
        var type = path.EndsWith(".gz", StringComparison.Ordinal) ? "application/gzip" : "application/json";
        var created = await client.CreateAsync(new NewObject(path, content, type, NoMetadata), cancellation) is not null;
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
    public async Task<long?> LengthOfDocumentAsync(string path, CancellationToken cancellation)
    {
        DocumentPath.Check(path);
        return (await client.FindAsync(path, cancellation))?.Size;
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

    private static LakeObject ObjectOf(LakeObjectName name, StoredObject found)
    {
        var metadata = found.Metadata ?? NoMetadata;
        var manifest = ManifestFields.Read(metadata);
        return new(name, manifest, found.Generation ?? 0) { Length = found.Size, Part = ManifestFields.ReadPart(metadata, manifest) };
    }

    /// <summary>No Content-Encoding goes with it: it would make the service unpack objects on the way out, and hashes would not fit.</summary>
    private static string TypeOf(LakeObjectName name) => name.Compression == LakeCompression.Gzip ? "application/gzip" : "application/x-ndjson";

    private static Dictionary<string, string> NonEmpty(Dictionary<string, string> fields) => fields.Where(field => field.Value.Length > 0).ToDictionary(StringComparer.Ordinal);

    private async Task<MemoryStream> ReadPartAsync(LakeObjectName name, CompactedPart part, CancellationToken cancellation) => new(
        await client.ReadAsync(part.Path, (part.First, part.Length), cancellation)
            ?? throw new LakeDamageException($"gs://{bucket}/{part.Path}, which holds the bytes of {name}, is missing"),
        writable: false);

    private async IAsyncEnumerable<LakeObject> ListAsync(string folder, LakeStream stream, long fromOffset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var prefix = folder + shape.Layout.FilePrefix(stream);
        await foreach (var page in PagesAsync(prefix, string.Create(CultureInfo.InvariantCulture, $"{prefix}{fromOffset:D20}"), null, cancellation))
        {
            foreach (var item in page.Items ?? [])
            {
                if (item.Name is { } text && shape.Layout.TryParse(text, out var name) && name.StartOffset >= fromOffset)
                {
                    yield return ObjectOf(name, item);
                }
            }
        }
    }

    private async Task<IReadOnlyList<string>> ChildrenAsync(string prefix, CancellationToken cancellation)
    {
        var children = new List<string>();
        await foreach (var page in PagesAsync(prefix, null, "/", cancellation))
        {
            children.AddRange((page.Prefixes ?? []).Select(child => child[prefix.Length..].TrimEnd('/')));
        }

        return children;
    }

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
