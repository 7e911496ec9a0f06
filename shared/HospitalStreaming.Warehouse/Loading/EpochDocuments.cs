using System.Text.Json;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Lake;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>
/// Source epochs as recorded beside the lake, create-only: epochs/TOPIC/PARTITION-OFFSET20.json with
/// {"epoch","topic","partition","offset","snapshot_end"}. Written before the first record of the epoch, so a reader never comes to a boundary
/// it does not know.
/// </summary>
public sealed class EpochDocuments(ILake lake)
{
    private const string Root = "epochs/";
    private readonly Dictionary<string, EpochBoundary> _known = new(StringComparer.Ordinal);
    private SourceEpochs _epochs = SourceEpochs.None;

    /// <summary>All boundaries recorded by now; documents read before are not read again.</summary>
    /// <exception cref="LakeDamageException">A document is not readable.</exception>
    public async Task<SourceEpochs> ReadAsync(CancellationToken cancellation)
    {
        var before = _known.Count;
        await foreach (var path in lake.ListDocumentsAsync(Root, cancellation))
        {
            if (!_known.ContainsKey(path))
            {
                var content = await lake.ReadDocumentAsync(path, cancellation) ?? throw new LakeDamageException($"document {path} is gone");
                _known[path] = Parse(path, content);
            }
        }

        return _epochs = _known.Count == before ? _epochs : new SourceEpochs(_known.Values);
    }

    private static EpochBoundary Parse(string path, byte[] content)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            var start = new LogPosition(
                root.GetProperty("topic").GetString()!, root.GetProperty("partition").GetInt32(), root.GetProperty("offset").GetInt64());
            var boundary = new EpochBoundary(root.GetProperty("epoch").GetInt32(), start, root.GetProperty("snapshot_end").GetInt64());
            return boundary.Epoch > SourceEpochs.First && boundary.SnapshotEnd >= start.Offset ? boundary : throw new FormatException("values out of range");
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LakeDamageException($"document {path} does not describe a source epoch; restore it from a backup", failure);
        }
    }
}
