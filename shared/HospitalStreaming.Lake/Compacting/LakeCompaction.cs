using System.Security.Cryptography;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake.Browsing;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Lake.Compacting;

/// <summary>
/// Makes larger objects of small ones that the warehouse has finished with. Step by step: the manifest (create-only, so that all compactors have one
/// plan), the larger object (create-only), a proof that it is stored as planned, and only then each small object is emptied, one generation and
/// no other. Names, manifests and the bytes a reader gets stay the same at every step, so a crash, a second compactor, a writer or a reader at
/// any moment does no harm; the next run finishes what one has left.
/// </summary>
public sealed class LakeCompaction
{
    private readonly ILake _lake;
    private readonly CompactionOptions _options;
    private readonly IProgress<CompactionFigures> _progress;
    private CompactionFigures _done = new();

    private LakeCompaction(ILake lake, CompactionOptions options, IProgress<CompactionFigures> progress) => (_lake, _options, _progress) = (lake, options, progress);

    /// <summary>Compacts the chains that the warehouse has loaded from, up to where it has finished with them.</summary>
    /// <param name="lake">The lake.</param>
    /// <param name="finished">The warehouse's loaded positions: everything below is in it.</param>
    /// <param name="options">What is compacted.</param>
    /// <param name="progress">Told after every larger object and chain.</param>
    /// <param name="cancellation">Stops it; the next run carries on.</param>
    /// <exception cref="LakeDamageException">An object or a larger one is not what its manifest says; nothing that it holds was emptied.</exception>
    public static async Task<CompactionFigures> RunAsync(
        ILake lake, IReadOnlyDictionary<LakeStream, long> finished, CompactionOptions options, IProgress<CompactionFigures> progress, CancellationToken cancellation)
    {
        var run = new LakeCompaction(lake, options, progress);
        foreach (var (stream, next) in finished.Where(chain => options.Topic is not { } only || only == chain.Key.Topic).OrderBy(chain => chain.Key))
        {
            await run.ChainAsync(stream, next, cancellation);
            run.Report(run._done with { Chains = run._done.Chains + 1 });
        }

        return run._done;
    }

    private async Task ChainAsync(LakeStream stream, long next, CancellationToken cancellation)
    {
        var chain = new List<LakeObject>();
        await foreach (var found in LakeBrowser.ObjectsAsync(_lake, new LakeSelection(stream.Topic, stream.Epoch, stream.Partition), cancellation))
        {
            chain.Add(found);
        }

        var planned = await FinishOthersAsync(chain, cancellation);
        foreach (var group in CompactionGroups.Of([.. chain.Where(item => !planned.Contains(item.Name))], next, _options))
        {
            var bytes = await BytesAsync(group, cancellation);
            var plan = Plan(group, bytes);
            if (await _lake.CreateDocumentAsync(plan.ManifestPath, plan.Manifest(), cancellation))
            {
                await MakeAsync(plan, bytes, cancellation);
            }
            else if (await CompactedObject.FindAsync(_lake, plan.Path, cancellation) is { } theirs)
            {
                // Another compactor's plan, or ours before a crash or a lost reply: there is one plan a start.
                await MakeAsync(theirs, theirs.Sha256 == plan.Sha256 ? bytes : null, cancellation);
            }
        }
    }

    /// <summary>Where an emptied object is followed by one that is not, a compactor may have died in between: its plan says so.</summary>
    private async Task<IReadOnlySet<LakeObjectName>> FinishOthersAsync(List<LakeObject> chain, CancellationToken cancellation)
    {
        var planned = new HashSet<LakeObjectName>();
        var whole = chain.Where(item => !item.IsEmptied).Select(item => item.Name).ToHashSet();
        for (var i = 0; i < chain.Count; i++)
        {
            var unfinished = chain[i] is { Part: not null, IsEmptied: false } || (i + 1 < chain.Count && chain[i + 1].Part is null && !planned.Contains(chain[i + 1].Name));
            if (chain[i].Part is { } part && unfinished && await CompactedObject.FindAsync(_lake, part.Path, cancellation) is { } plan
                && plan.Members.Any(member => whole.Contains(member.Name)))
            {
                await MakeAsync(plan, null, cancellation);
                planned.UnionWith(plan.Members.Select(member => member.Name));
            }
        }

        return planned;
    }

    private static CompactedObject Plan(IReadOnlyList<LakeObject> group, byte[] bytes)
    {
        var path = CompactedObject.PathOf(group[0].Name);
        var members = new List<CompactedMember>();
        var first = 0L;
        foreach (var item in group)
        {
            var manifest = item.Manifest!;
            members.Add(new CompactedMember(item.Name, item.Generation, manifest.Rows, manifest.Next, manifest.Sha256, new CompactedPart(path, first, manifest.StoredBytes)));
            first += manifest.StoredBytes;
        }

        return new CompactedObject(path, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), members);
    }

    /// <summary>The bytes of all, each one's proved first.</summary>
    private async Task<byte[]> BytesAsync(IReadOnlyList<LakeObject> objects, CancellationToken cancellation)
    {
        var bytes = new byte[objects.Sum(item => item.Manifest!.StoredBytes)];
        var at = 0;
        foreach (var item in objects)
        {
            using var reader = await LakeObjectReader.OpenAsync(_lake, item, cancellation);
            reader.Stored.CopyTo(bytes.AsMemory(at));
            at += reader.Stored.Length;
        }

        return bytes;
    }

    /// <summary>Carries a plan out, from wherever it was left.</summary>
    private async Task MakeAsync(CompactedObject plan, byte[]? bytes, CancellationToken cancellation)
    {
        var stored = await _lake.ReadDocumentAsync(plan.Path, cancellation);
        if (stored is null)
        {
            await _lake.CreateDocumentAsync(plan.Path, bytes ?? await BytesAsync(await MembersAsync(plan, cancellation), cancellation), cancellation);
            stored = await _lake.ReadDocumentAsync(plan.Path, cancellation);
        }

        // Read back, whoever wrote it: what is emptied next has no other copy.
        if (stored is null || Convert.ToHexStringLower(SHA256.HashData(stored)) != plan.Sha256)
        {
            throw new LakeDamageException($"{_lake.Location}/{plan.Path} is not what {plan.ManifestPath} says; nothing of it was used: move both away and compact again");
        }

        var (emptied, moved, left) = (0, 0L, 0);
        foreach (var member in plan.Members)
        {
            var found = await _lake.FindAsync(member.Name, cancellation) ?? throw new LakeDamageException($"{member.Name} is gone; run `hospital lake verify`");
            if (found.IsEmptied)
            {
                continue;
            }

            var same = found.Generation == member.Generation && found.Manifest?.Sha256 == member.Sha256;
            if (same && await _lake.EmptyAsync(found, found.Part ?? member.Part, cancellation))
            {
                (emptied, moved) = (emptied + 1, moved + member.Part.Length);
            }
            else
            {
                left++;
            }
        }

        Report(_done with { Larger = _done.Larger + (emptied > 0 ? 1 : 0), Emptied = _done.Emptied + emptied, Bytes = _done.Bytes + moved, Left = _done.Left + left });
    }

    private async Task<IReadOnlyList<LakeObject>> MembersAsync(CompactedObject plan, CancellationToken cancellation)
    {
        var members = new List<LakeObject>();
        foreach (var member in plan.Members)
        {
            members.Add(await _lake.FindAsync(member.Name, cancellation) is { Manifest: { } manifest } found && manifest.Sha256 == member.Sha256
                ? found
                : throw new LakeDamageException($"{member.Name} is not the object that {plan.ManifestPath} names; run `hospital lake verify`"));
        }

        return members;
    }

    private void Report(CompactionFigures figures)
    {
        _done = figures;
        _progress.Report(figures);
    }
}
