namespace HospitalStreaming.Lake.Documents;

/// <summary>Create-only documents below one folder of a lake. They never change, so those read before are not read again.</summary>
/// <typeparam name="T">What a document says.</typeparam>
/// <param name="lake">Where they are.</param>
/// <param name="root">The folder, with its slash.</param>
/// <param name="parse">Reads one: path and content; throws <see cref="LakeDamageException"/> where it cannot.</param>
public sealed class KnownDocuments<T>(ILake lake, string root, Func<string, byte[], T> parse)
{
    private readonly Dictionary<string, T> _known = new(StringComparer.Ordinal);

    /// <summary>What all documents read so far say.</summary>
    public IReadOnlyCollection<T> All => _known.Values;

    /// <summary>Reads those that are new; whether there were any.</summary>
    /// <exception cref="LakeDamageException">A document is not readable.</exception>
    public async Task<bool> ReadNewAsync(CancellationToken cancellation)
    {
        var before = _known.Count;
        await foreach (var path in lake.ListDocumentsAsync(root, cancellation))
        {
            if (!_known.ContainsKey(path))
            {
                var content = await lake.ReadDocumentAsync(path, cancellation) ?? throw new LakeDamageException($"document {path} is gone");
                _known[path] = parse(path, content);
            }
        }

        return _known.Count > before;
    }
}
