using System.Text.Json;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Documents;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>
/// Source epochs as recorded beside the lake, create-only: epochs/TOPIC/PARTITION-OFFSET20.json with
/// {"epoch","topic","partition","offset","snapshot_end"}. Written before the first record of the epoch, so a reader never comes to a boundary
/// it does not know.
/// </summary>
public sealed class EpochDocuments(ILake lake)
{
    private const string Root = "epochs/";
    private readonly KnownDocuments<EpochBoundary> _documents = new(lake, Root, Parse);
    private SourceEpochs _epochs = SourceEpochs.None;

    /// <summary>All boundaries recorded by now; documents read before are not read again.</summary>
    /// <exception cref="LakeDamageException">A document is not readable.</exception>
    public async Task<SourceEpochs> ReadAsync(CancellationToken cancellation)
    {
        if (await _documents.ReadNewAsync(cancellation))
        {
            _epochs = new SourceEpochs(_documents.All);
        }

        return _epochs;
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
