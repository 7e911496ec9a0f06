using System.Globalization;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Lake.Auditing;

/// <summary>
/// Proves that the objects of every stream tile its log from the first start to the head. It works beside a running sink: what is created
/// meanwhile is looked for again before anything counts as missing.
/// </summary>
public sealed class LakeAudit
{
    private readonly ILake _lake;
    private readonly LakeAuditOptions _options;
    private readonly IProgress<LakeAuditProgress> _progress;
    private readonly Lock _lock = new();
    private readonly List<ChainFigures> _chains = [];
    private readonly List<LakeFinding> _findings = [];
    private int _total;
    private long _objects;

    private LakeAudit(ILake lake, LakeAuditOptions options, IProgress<LakeAuditProgress> progress) => (_lake, _options, _progress) = (lake, options, progress);

    /// <summary>Audits all lives of the topics.</summary>
    /// <exception cref="LakeException">The lake cannot be read.</exception>
    public static async Task<LakeAuditReport> RunAsync(
        ILake lake, IReadOnlyCollection<string> topics, LakeAuditOptions options, IProgress<LakeAuditProgress> progress, CancellationToken cancellation)
    {
        var audit = new LakeAudit(lake, options, progress);
        var streams = new List<LakeStream>();
        foreach (var topic in topics)
        {
            foreach (var life in await StreamEpochs.ReadAsync(lake, topic, cancellation))
            {
                streams.AddRange(Enumerable.Range(0, life.Partitions).Select(partition => new LakeStream(topic, life.Epoch, partition)));
            }
        }

        audit._total = streams.Count;
        await Parallel.ForEachAsync(
            streams,
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellation },
            async (stream, token) => await audit.ChainAsync(stream, token));
        return new LakeAuditReport(
            [.. audit._chains.OrderBy(chain => chain.Stream)],
            [.. audit._findings.OrderBy(finding => finding.Stream).ThenBy(finding => finding.Object?.StartOffset ?? 0)]);
    }

    private async Task ChainAsync(LakeStream stream, CancellationToken cancellation)
    {
        var objects = new List<LakeObject>();
        foreach (var day in await _lake.DaysAsync(stream.Topic, cancellation))
        {
            await foreach (var found in _lake.ListAsync(stream, day, 0, cancellation))
            {
                objects.Add(found);
                await ObjectAsync(found, cancellation);
                Looked(chainDone: false);
            }
        }

        objects.Sort(static (left, right) => left.Name.CompareTo(right.Name));
        foreach (var (kind, at, detail) in await CompactedAudit.FaultsAsync(_lake, objects.Where(found => found.Part is not null), cancellation))
        {
            Add(kind, stream, at.Name, detail);
        }

        var whole = objects.Where(found => found.Manifest is not null).ToList();
        foreach (var fault in ChainTiling.FaultsOf(ChainWindow.SpansOf(whole)))
        {
            // An object that was created while its day had been listed already is there now; one that is damaged was named before.
            var stands = fault.Kind == ChainFaultKind.Gap
                && (objects.Any(found => found.Manifest is null && found.Name.StartOffset == fault.From)
                    || await LakeChainReader.FindAsync(_lake, stream, fault.From, null, cancellation) is { Manifest: not null });
            if (!stands)
            {
                Add(fault.Kind == ChainFaultKind.Gap ? LakeFindingKind.Missing : LakeFindingKind.Overlapping, stream, whole.FirstOrDefault(found => found.Name.StartOffset == fault.From)?.Name, fault.ToString());
            }
        }

        lock (_lock)
        {
            _chains.Add(new ChainFigures(
                stream,
                whole.Count == 0 ? null : whole[0].Name.StartOffset,
                whole.Count == 0 ? null : whole.Max(found => found.Manifest!.Next),
                objects.Count,
                whole.Sum(found => (long)found.Manifest!.Rows),
                whole.Sum(found => found.Manifest!.StoredBytes)));
        }

        Looked(chainDone: true);
    }

    private async Task ObjectAsync(LakeObject found, CancellationToken cancellation)
    {
        if (found.Manifest is not { } manifest)
        {
            Add(LakeFindingKind.Damaged, found.Name.Stream, found.Name, "carries no manifest, and none can be made from its bytes");
        }
        else if (!found.HasItsLength)
        {
            Add(LakeFindingKind.Truncated, found.Name.Stream, found.Name, string.Create(CultureInfo.InvariantCulture, $"is {found.Length} bytes long, its manifest says {manifest.StoredBytes}"));
        }
        else if (_options.Rehash)
        {
            await RehashAsync(found, manifest, cancellation);
        }
    }

    private async Task RehashAsync(LakeObject found, LakeManifest manifest, CancellationToken cancellation)
    {
        try
        {
            using var reader = await LakeObjectReader.OpenAsync(_lake, found, cancellation);
            if (!_lake.Shape.Lines.IsWhole)
            {
                // Records cannot be made again from such lines: the bytes are proved, and the lines counted.
                _ = reader.Lines().Count();
                return;
            }

            using var draft = new LakeObjectDraft(found.Name.Stream, found.Name.StartOffset, new LakeShape(LakeCompression.None, found.Name.Layout, _lake.Shape.Lines));
            foreach (var record in reader.Records())
            {
                draft.Add(record);
            }

            var (_, counted) = draft.Finish();
            if (counted with { Sha256 = manifest.Sha256, StoredBytes = manifest.StoredBytes } != manifest)
            {
                Add(LakeFindingKind.Altered, found.Name.Stream, found.Name, "its manifest does not describe its lines");
            }
            else if (draft.Name.Day != found.Name.Day || draft.Name.Hour != found.Name.Hour)
            {
                Add(LakeFindingKind.Altered, found.Name.Stream, found.Name, $"its first record is of {draft.Name.Day:yyyy-MM-dd}");
            }
        }
        catch (LakeDamageException damage)
        {
            Add(LakeFindingKind.Altered, found.Name.Stream, found.Name, found.Part is { } part ? $"{damage.Message} (its bytes lie in {part.Path})" : damage.Message);
        }
    }

    private void Add(LakeFindingKind kind, LakeStream stream, LakeObjectName? name, string detail)
    {
        lock (_lock)
        {
            _findings.Add(new LakeFinding(kind, stream, name, detail));
        }
    }

    private void Looked(bool chainDone)
    {
        LakeAuditProgress? progress = null;
        lock (_lock)
        {
            _objects += chainDone ? 0 : 1;
            if (chainDone || _objects % 100 == 0)
            {
                progress = new LakeAuditProgress(_total, _chains.Count, _objects);
            }
        }

        if (progress is not null)
        {
            _progress.Report(progress);
        }
    }
}
