using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Compacting;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Unit.Lake.Support;
using Shouldly;

namespace HospitalStreaming.Tests.Unit.Lake;

/// <summary>One random history of one chain: two writers that do not know of each other, two compactors, two readers, and crashes.</summary>
internal sealed class CompactionModel
{
    internal const int Records = 60;
    private const long Noon = 1_772_366_400_000;
    private static readonly LakeStream Stream = new("postgres-source.public.visits", "aaaaaaaa", 0);
    private readonly MemoryStore _store = new();
    private readonly Turns _turns;
    private readonly Totals _totals;
    private readonly int _seed;

    internal CompactionModel(int seed, Totals totals) => (_seed, _turns, _totals) = (seed, new Turns(seed), totals);

    internal bool ForgetsParts { get; init; }

    internal void Run()
    {
        StreamEpochs.EnsureAsync(Open(), Stream.Topic, "aaaaaaaa00000000", 1, default).GetAwaiter().GetResult();
        for (var i = 0; i < 2; i++)
        {
            var (writer, compactor, reader) = ($"writer {i}", $"compactor {i}", $"reader {i}");
            _turns.Add(() => UntilItLivesAsync(() => WriteAsync(Open(writer))));
            _turns.Add(() => UntilItLivesAsync(() => CompactAsync(Open(compactor))));
            _turns.Add(() => ReadAsync(Open(reader)));
        }

        _turns.Run(crashes: 12, oneIn: 30);
        _totals.Crashes += _turns.Crashes;
        _totals.Steps += _turns.Taken;
        Finish();
    }

    // Everything quiet: one more run of each, then every record once, the larger objects sound, and nothing left to do.
    private void Finish()
    {
        var lake = Open();
        OffsetsAsync(lake, ObjectsAsync(lake).GetAwaiter().GetResult()).GetAwaiter().GetResult().ShouldBe(Enumerable.Range(0, Records).Select(i => (long)i), $"seed {_seed}");
        var done = LakeCompaction.RunAsync(lake, new Dictionary<LakeStream, long> { [Stream] = Records }, new CompactionOptions(DateOnly.MaxValue), new Unheard(), default).GetAwaiter().GetResult();
        done.Left.ShouldBe(0, $"seed {_seed}");
        var chain = ObjectsAsync(lake).GetAwaiter().GetResult();
        CompactionGroups.Of(chain, Records, new CompactionOptions(DateOnly.MaxValue)).ShouldBeEmpty($"seed {_seed}: everything is compacted");
        OffsetsAsync(lake, chain).GetAwaiter().GetResult().Count.ShouldBe(Records, $"seed {_seed}");
        LakeAudit.RunAsync(lake, [Stream.Topic], new LakeAuditOptions(Rehash: true), new NoProgress(), default).GetAwaiter().GetResult().Findings.ShouldBeEmpty($"seed {_seed}");
        _totals.Emptied += chain.Count(item => item.IsEmptied);
    }

    private MemoryLake Open(string? actor = null) => new(_store, () => actor is null ? Task.CompletedTask : _turns.WaitAsync(actor)) { ForgetsParts = ForgetsParts };

    private static async Task UntilItLivesAsync(Func<Task> live)
    {
        while (true)
        {
            try
            {
                await live();
                return;
            }
            catch (Turns.CrashException)
            {
                // The next process begins.
            }
        }
    }

    /// <summary>A start that was taken long ago, emptied since or not, gives its `next` like any other.</summary>
    private async Task WriteAsync(ILake lake)
    {
        for (var start = 0L; start < Records;)
        {
            using var draft = new LakeObjectDraft(Stream, start, LakeCompression.None);
            for (var end = Math.Min(Records, start + _turns.Random.Next(1, 5)); draft.Next < end;)
            {
                draft.Add(Record(draft.Next));
            }

            var (stored, manifest) = draft.Finish();
            var put = await lake.CreateAsync(draft.Name, stored, manifest, default);
            put.Existing.HasItsLength.ShouldBeTrue($"seed {_seed}");
            start = put.Existing.Manifest!.Next;
            _totals.Adopted += put.Created ? 0 : 1;
        }
    }

    private async Task CompactAsync(ILake lake)
    {
        for (var run = 0; run < 6; run++)
        {
            var loaded = (await ObjectsAsync(lake)).Select(item => item.Manifest!.Next).DefaultIfEmpty(0).Max();
            var target = _turns.Random.Next(300, 3_000);
            await LakeCompaction.RunAsync(lake, new Dictionary<LakeStream, long> { [Stream] = loaded }, new CompactionOptions(DateOnly.MaxValue, target), new Unheard(), default);
        }
    }

    private async Task ReadAsync(ILake lake)
    {
        for (var run = 0; run < 6; run++)
        {
            // What was listed is read later: much may have been emptied in between.
            var listed = await ObjectsAsync(lake);
            var offsets = await OffsetsAsync(lake, listed);
            offsets.ShouldBe(Enumerable.Range(0, offsets.Count).Select(i => (long)i), $"seed {_seed}");
            _totals.Read += offsets.Count;
        }
    }

    private static async Task<List<LakeObject>> ObjectsAsync(ILake lake)
    {
        var objects = new List<LakeObject>();
        if (await LakeChainReader.FirstAsync(lake, Stream, default) is { } first)
        {
            await foreach (var found in LakeChainReader.WalkAsync(lake, Stream, first.Name.StartOffset, first.Name.Day, default))
            {
                objects.Add(found);
            }
        }

        return objects;
    }

    private static async Task<List<long>> OffsetsAsync(ILake lake, IReadOnlyList<LakeObject> objects)
    {
        var offsets = new List<long>();
        foreach (var found in objects)
        {
            using var reader = await LakeObjectReader.OpenAsync(lake, found, default);
            offsets.AddRange(reader.Records().Select(record => record.Position.Offset));
        }

        return offsets;
    }

    /// <summary>Three days, so that folders end chains of neighbours.</summary>
    private static LakeRecord Record(long offset) => new(
        new LogPosition(Stream.Topic, Stream.Partition, offset), Noon + (offset / 25 * 86_400_000), null, Encoding.UTF8.GetBytes($"\"{offset}\""), []);

    internal sealed class Totals
    {
        internal long Steps { get; set; }

        internal long Crashes { get; set; }

        internal long Adopted { get; set; }

        internal long Emptied { get; set; }

        internal long Read { get; set; }
    }

    private sealed class Unheard : IProgress<CompactionFigures>
    {
        public void Report(CompactionFigures value)
        {
        }
    }

    private sealed class NoProgress : IProgress<LakeAuditProgress>
    {
        public void Report(LakeAuditProgress value)
        {
        }
    }
}
