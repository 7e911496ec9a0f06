using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>Lakes with other paths and other lines than usual, as a folder and as a bucket.</summary>
public sealed class LakeShapeTests(GcsServer server) : IClassFixture<GcsServer>, IDisposable
{
    private const string Topic = "postgres-source.public.visits";
    private const string ByHour = "topics/{{topic}}/{{timestamp:unit=yyyy}}/{{timestamp:unit=MM}}/{{timestamp:unit=dd}}/{{timestamp:unit=HH}}/{{epoch}}-{{partition}}-{{start_offset}}";
    private const string Undated = "topics/{{partition}}/{{topic}}/{{epoch}}-{{start_offset}}";
    private const string ByMonth = "topics/m={{timestamp:unit=yyyy}}{{timestamp:unit=MM}}/{{topic}}/{{epoch}}-{{partition}}-{{start_offset}}";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-shape-" + Path.GetRandomFileName());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("gcs")]
    public async Task A_lake_of_another_version_is_refused_by_whoever_writes_or_reads_it(string kind)
    {
        var lake = await OpenAsync(kind, LakeShape.Of(LakeCompression.Gzip));
        await lake.CreateDocumentAsync("lake.json", """{"layout":2,"compression":"zstd","manifests":"beside"}"""u8.ToArray(), Token);

        foreach (var look in new Func<ILake, CancellationToken, Task>[] { LakeFormat.EnsureAsync, LakeFormat.CheckAsync, LakeFormat.RequireWholeLinesAsync })
        {
            (await Should.ThrowAsync<LakeException>(() => look(lake, Token))).Message.ShouldContain("layout 2, where this one knows 1");
        }
    }

    [Theory]
    [InlineData("folder", ByHour)]
    [InlineData("folder", Undated)]
    [InlineData("folder", ByMonth)]
    [InlineData("gcs", ByHour)]
    [InlineData("gcs", Undated)]
    [InlineData("gcs", ByMonth)]
    public async Task Chains_are_written_found_and_proved_under_any_template(string kind, string template)
    {
        var shape = new LakeShape(LakeCompression.Gzip, LakeLayout.Parse(template), LakeLines.Whole);
        var lake = await OpenAsync(kind, shape);
        var life = await StreamEpochs.EnsureAsync(lake, Topic, "aaaaaaaa00000000", 2, Token);

        // Hours, days and months pass, and now and then the clock runs backwards.
        for (var partition = 0; partition < 2; partition++)
        {
            for (var i = 0; i < 12; i++)
            {
                using var draft = new LakeObjectDraft(new LakeStream(Topic, life.Epoch, partition), i * 10, shape);
                draft.Add(Samples.Record(draft.Stream, i * 10, Samples.Noon + (((i % 3) - 1 + (i / 3 * 7)) * 5 * 3_600_000L)));
                draft.Add(Samples.Record(draft.Stream, (i * 10) + 9, Samples.Noon));
                var put = await Samples.PutAsync(lake, draft, Token);
                put.Created.ShouldBeTrue();
                (await Samples.PutAsync(lake, draft, Token)).Created.ShouldBeFalse();
            }
        }

        var stream = new LakeStream(Topic, life.Epoch, 1);
        var chain = await ChainWindow.ReadAsync(lake, stream, 60, Token);
        chain[^1].Manifest!.Next.ShouldBe(120);
        chain.Select(found => found.Name.StartOffset).ShouldBeInOrder();
        var walked = 0;
        await foreach (var found in LakeChainReader.WalkAsync(lake, stream, 0, null, Token))
        {
            found.Name.Layout.ShouldBe(shape.Layout);
            using var reader = await LakeObjectReader.OpenAsync(lake, found, Token);
            reader.Records().Count().ShouldBe(2);
            walked++;
        }

        walked.ShouldBe(12);
        (await AuditAsync(lake)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("gcs")]
    public async Task A_lake_is_used_only_with_the_shape_it_was_made_with(string kind)
    {
        var shape = new LakeShape(LakeCompression.None, LakeLayout.Parse(Undated), new LakeLines(LakeFields.Value, LakeValues.Unwrapped));
        var lake = await OpenAsync(kind, shape);
        await LakeFormat.EnsureAsync(lake, Token);

        await LakeFormat.EnsureAsync(Reopen(lake, shape), Token);
        foreach (var other in new[] { shape with { Compression = LakeCompression.Gzip }, shape with { Layout = LakeLayout.Default }, shape with { Lines = LakeLines.Whole } })
        {
            (await Should.ThrowAsync<LakeException>(() => LakeFormat.EnsureAsync(Reopen(lake, other), Token))).Message.ShouldContain("made with other settings");
        }

        (await Should.ThrowAsync<LakeException>(() => LakeFormat.RequireWholeLinesAsync(lake, Token))).Message
            .ShouldContain("its lines have no topic, partition, offset, timestamp, headers, key (Lake:Fields)");
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("gcs")]
    public async Task Lines_without_positions_are_proved_by_length_hash_and_count(string kind)
    {
        var shape = new LakeShape(LakeCompression.Gzip, LakeLayout.Default, new LakeLines(LakeFields.Value, LakeValues.AsReceived));
        var lake = await OpenAsync(kind, shape);
        var life = await StreamEpochs.EnsureAsync(lake, Topic, "aaaaaaaa00000000", 1, Token);
        using var draft = new LakeObjectDraft(new LakeStream(Topic, life.Epoch, 0), 0, shape);
        draft.Add(Samples.Record(draft.Stream, 0, Samples.Noon));
        draft.Add(Samples.Record(draft.Stream, 7, Samples.Noon));
        var put = await Samples.PutAsync(lake, draft, Token);
        if (kind == "folder")
        {
            // The one that counts was written before the object.
            File.Delete(lake.AddressOf(draft.Name) + ".meta");
        }

        var found = await Reopen(lake, shape).FindAsync(draft.Name, Token);

        found!.Manifest.ShouldBe(put.Existing.Manifest);
        found.Manifest!.Next.ShouldBe(8);
        using var reader = await LakeObjectReader.OpenAsync(lake, found, Token);
        reader.Lines().Count().ShouldBe(2);
        (await AuditAsync(lake)).ShouldBeEmpty();
    }

    private static async Task<IReadOnlyList<LakeFinding>> AuditAsync(ILake lake) =>
        (await LakeAudit.RunAsync(lake, [Topic], new LakeAuditOptions(Rehash: true), new Progress<LakeAuditProgress>(), Token)).Findings;

    private async Task<ILake> OpenAsync(string kind, LakeShape shape) =>
        kind == "folder" ? new FolderLake(_folder, shape, new LakeNews(TimeProvider.System)) : server.Open(await server.BucketAsync(), shape);

    private ILake Reopen(ILake lake, LakeShape shape) =>
        lake is FolderLake ? new FolderLake(_folder, shape, new LakeNews(TimeProvider.System)) : server.Open(lake.Location["gs://".Length..], shape);
}
