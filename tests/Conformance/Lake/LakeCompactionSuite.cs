using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Browsing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Compacting;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>What compaction keeps on every version of the port; the order of its requests is the model's matter (Unit/Lake).</summary>
public abstract class LakeCompactionSuite
{
    private const string Topic = "postgres-source.public.visits";
    private const long DayMs = 86_400_000;
    private static readonly LakeStream Stream = new(Topic, "aaaaaaaa", 0);
    private static readonly DateOnly Yesterday = LakeObjectName.DayOf(Samples.Noon);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The test's lake; opened again it is the same one, as another process would see it.</summary>
    private protected abstract ILake Open();

    /// <summary>Puts other content under a path, behind the port's back; null takes it away.</summary>
    private protected abstract Task ReplaceAsync(string path, byte[]? content);

    [Fact]
    public async Task Names_manifests_and_records_stay_and_bytes_move()
    {
        var lake = await FilledAsync();
        var before = await ObjectsAsync(lake);
        var records = await OffsetsAsync(lake, before);
        var heard = new Heard();

        var done = await LakeCompaction.RunAsync(lake, Loaded(200), Until(Yesterday), heard, Token);

        (done.Emptied, done.Larger, done.Left, done.Chains).ShouldBe((10, 1, 0, 1));
        heard.Last.ShouldBe(done);
        var other = Open();
        var after = await ObjectsAsync(other);
        after.Select(item => (item.Name, item.Manifest)).ShouldBe(before.Select(item => (item.Name, item.Manifest)));
        after.Select(item => item.IsEmptied).ShouldBe(Enumerable.Range(0, 20).Select(i => i < 10));
        (await OffsetsAsync(other, after)).ShouldBe(records);
        (await OffsetsAsync(other, before)).ShouldBe(records, "listed before, read after");
        (await AuditAsync(other)).ShouldBeEmpty();
        (await LakeCompaction.RunAsync(other, Loaded(200), Until(Yesterday), heard, Token)).Emptied.ShouldBe(0);
        (await ChainWindow.ReadAsync(other, Stream, 55, Token))[^1].Manifest!.Next.ShouldBe(200);
    }

    [Fact]
    public async Task Only_what_the_warehouse_has_finished_with_and_never_the_chains_last_object()
    {
        var lake = await FilledAsync();

        (await LakeCompaction.RunAsync(lake, Loaded(35), Until(DateOnly.MaxValue), new Heard(), Token)).Emptied.ShouldBe(3, "the object of 30 to 39 is loaded in part");
        (await LakeCompaction.RunAsync(lake, Loaded(200), Until(DateOnly.MaxValue), new Heard(), Token)).Emptied.ShouldBe(16);

        (await ObjectsAsync(lake)).Count(item => !item.IsEmptied).ShouldBe(1);
        (await LakeCompaction.RunAsync(lake, new Dictionary<LakeStream, long>(), Until(DateOnly.MaxValue), new Heard(), Token)).Chains.ShouldBe(0);
        (await AuditAsync(lake)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_larger_object_is_no_longer_than_asked()
    {
        var lake = await FilledAsync();
        var each = (await ObjectsAsync(lake))[0].Manifest!.StoredBytes;
        await LakeCompaction.RunAsync(lake, Loaded(200), new CompactionOptions(Yesterday, TargetBytes: each * 4), new Heard(), Token);

        var lengths = (await ObjectsAsync(lake)).Where(item => item.Part is not null).GroupBy(item => item.Part!.Path).Select(larger => larger.Sum(item => item.Part!.Length)).ToList();
        lengths.Count.ShouldBeInRange(2, 5);
        lengths.ShouldAllBe(length => length <= each * 4);
    }

    [Fact]
    public async Task A_zombie_that_asks_for_an_emptied_start_gets_its_next()
    {
        var lake = await FilledAsync();
        await LakeCompaction.RunAsync(lake, Loaded(200), Until(Yesterday), new Heard(), Token);
        var before = await ObjectsAsync(lake);
        using var cut = Samples.Draft(Stream, 30, 25);

        var put = await Samples.PutAsync(Open(), cut, Token);

        put.Created.ShouldBeFalse();
        put.Existing.Manifest.ShouldBe(before[3].Manifest);
        (await OffsetsAsync(lake, before)).Count.ShouldBe(200);
        using var same = Samples.Draft(Stream, 30, 10, valueBytes: 23);
        (await Samples.PutAsync(Open(), same, Token)).Existing.Manifest!.Sha256.ShouldBe(same.Finish().Manifest.Sha256, "its own lost reply");
    }

    [Fact]
    public async Task Wherever_a_compactor_dies_readers_read_on_and_the_next_one_finishes()
    {
        var cut = true;
        for (var step = 0; cut; step++)
        {
            var lake = await FilledAsync(aDay: 4);
            var dying = new DyingLake(Open()) { ChangesLeft = step };
            try
            {
                await LakeCompaction.RunAsync(dying, Loaded(80), new CompactionOptions(Yesterday), new Heard(), Token);
            }
            catch (IOException)
            {
                dying.IsDead.ShouldBeTrue();
            }

            cut = dying.IsDead;
            (await OffsetsAsync(lake, await ObjectsAsync(lake))).Count.ShouldBe(80, $"step {step}");
            await LakeCompaction.RunAsync(Open(), Loaded(80), new CompactionOptions(Yesterday), new Heard(), Token);
            (await ObjectsAsync(lake)).Count(item => item.IsEmptied).ShouldBe(4, $"step {step}");
            (await AuditAsync(lake)).ShouldBeEmpty($"step {step}");
            await ForgetAsync();
        }
    }

    [Fact]
    public async Task Compactors_at_once_do_no_harm()
    {
        var lake = await FilledAsync();
        var targets = new long[] { 1_200, 2_000, 3_000, 100_000 };
        await Task.WhenAll(targets.Select(target => LakeCompaction.RunAsync(Open(), Loaded(200), new CompactionOptions(DateOnly.MaxValue, target), new Heard(), Token)));

        (await OffsetsAsync(lake, await ObjectsAsync(lake))).ShouldBe(Enumerable.Range(0, 200).Select(i => (long)i));
        (await AuditAsync(lake)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("gone", LakeFindingKind.Missing)]
    [InlineData("cut", LakeFindingKind.Truncated)]
    [InlineData("flipped", LakeFindingKind.Altered)]
    [InlineData("no manifest", LakeFindingKind.Damaged)]
    [InlineData("foreign manifest", LakeFindingKind.Damaged)]
    public async Task Damage_to_a_larger_object_is_named(string damage, LakeFindingKind kind)
    {
        var lake = await FilledAsync();
        await LakeCompaction.RunAsync(lake, Loaded(200), Until(Yesterday), new Heard(), Token);
        var path = (await ObjectsAsync(lake))[0].Part!.Path;
        var bytes = (await lake.ReadDocumentAsync(path, Token))!;
        bytes[^12] ^= (byte)(damage == "flipped" ? 4 : 0);
        await (damage switch
        {
            "gone" => ReplaceAsync(path, null),
            "cut" => ReplaceAsync(path, bytes[..^9]),
            "flipped" => ReplaceAsync(path, bytes),
            "no manifest" => ReplaceAsync(path + ".manifest", null),
            _ => ReplaceAsync(path + ".manifest", "{}"u8.ToArray()),
        });

        var findings = await AuditAsync(lake);

        findings.ShouldContain(finding => finding.Kind == kind, string.Join("; ", findings));
        findings.ShouldAllBe(finding => finding.Detail.Contains(path, StringComparison.Ordinal));
        findings.Count(finding => finding.Kind == LakeFindingKind.Altered).ShouldBe(damage switch { "gone" => 10, "cut" or "flipped" => 1, _ => 0 });
    }

    [Fact]
    public async Task What_is_damaged_is_not_compacted()
    {
        var lake = await FilledAsync();
        var (fifth, before) = ((await ObjectsAsync(lake))[4].Name, await ObjectsAsync(lake));
        await using var stored = await lake.OpenReadAsync(fifth, Token);
        using var bytes = new MemoryStream();
        await stored.CopyToAsync(bytes, Token);
        var altered = bytes.ToArray();
        altered[^12] ^= 4;
        await OverwriteAsync(before[4], altered);

        (await Should.ThrowAsync<LakeDamageException>(() => LakeCompaction.RunAsync(lake, Loaded(200), Until(Yesterday), new Heard(), Token))).Message.ShouldContain(fifth.ToString());

        (await ObjectsAsync(lake)).ShouldAllBe(item => item.Part == null);
    }

    /// <summary>Puts other bytes under an object's name, its manifest as it was.</summary>
    private protected abstract Task OverwriteAsync(LakeObject item, byte[] bytes);

    /// <summary>The next <see cref="Open"/> is of an empty lake.</summary>
    private protected abstract Task ForgetAsync();

    private protected static Dictionary<LakeStream, long> Loaded(long next) => new() { [Stream] = next };

    private static CompactionOptions Until(DateOnly day) => new(day);

    /// <summary>So many objects of one day, and as many of the next.</summary>
    private protected async Task<ILake> FilledAsync(int aDay = 10)
    {
        var lake = Open();
        await StreamEpochs.EnsureAsync(lake, Topic, "aaaaaaaa00000000", 1, Token);
        for (var i = 0; i < 2 * aDay; i++)
        {
            using var draft = Samples.Draft(Stream, i * 10, 10, Samples.Noon + (i / aDay * DayMs), valueBytes: 20 + i);
            await Samples.PutAsync(lake, draft, Token);
        }

        return lake;
    }

    private protected static async Task<List<LakeObject>> ObjectsAsync(ILake lake)
    {
        var objects = new List<LakeObject>();
        await foreach (var found in LakeBrowser.ObjectsAsync(lake, new LakeSelection(Topic), Token))
        {
            objects.Add(found);
        }

        return objects;
    }

    private static async Task<List<long>> OffsetsAsync(ILake lake, IEnumerable<LakeObject> objects)
    {
        var offsets = new List<long>();
        foreach (var found in objects)
        {
            using var reader = await LakeObjectReader.OpenAsync(lake, found, Token);
            offsets.AddRange(reader.Records().Select(record => record.Position.Offset));
        }

        return offsets;
    }

    private static async Task<IReadOnlyList<LakeFinding>> AuditAsync(ILake lake) =>
        (await LakeAudit.RunAsync(lake, [Topic], new LakeAuditOptions(Rehash: true), new Unheard(), Token)).Findings;

    private protected sealed class Heard : IProgress<CompactionFigures>
    {
        public CompactionFigures? Last { get; private set; }

        public void Report(CompactionFigures value) => Last = value;
    }

    private sealed class Unheard : IProgress<LakeAuditProgress>
    {
        public void Report(LakeAuditProgress value)
        {
        }
    }
}
