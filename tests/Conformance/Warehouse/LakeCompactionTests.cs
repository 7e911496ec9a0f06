using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Rebuild;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>`hospital lake compact` beside a warehouse: it asks how far that one is, and what comes of the lake stays the same.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class LakeCompactionTests(WarehouseServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_loaded_is_compacted_and_loader_and_rebuild_see_the_same_rows()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "compact");
        await LakeFormat.EnsureAsync(test.Lake, Token);
        var (fill, warehouse) = (new LakeFill(test.Lake), test.Open());
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var objects = new List<LakeObject>();
        for (var i = 0; i < 8; i++)
        {
            objects.Add(await fill.TableAsync("visits", 0, Messages.Visit(i == 0 ? "c" : "u", 1, 20 + i, cost: $"{i}.00"), Messages.Visit("c", 100 + i, 20 + i)));
        }

        foreach (var item in objects.Take(5))
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Aside, Token);
        }

        var behind = test.OpenAs(new WarehouseNames("behind"));
        await behind.EnsureAsync(Token);
        await behind.TakeOverAsync(Token);
        await behind.LoadAsync(new LoadClaim([objects[0]]), Aside, Token);
        (await CompactAsync(test, "--also", "Warehouse:Dataset=behind")).Output.ShouldContain("0 objects", customMessage: "one of two warehouses has loaded one object only");

        var (code, said) = await CompactAsync(test);
        code.ShouldBe(0, said);
        said.ShouldContain("5 objects");
        said.ShouldContain("in 1 larger one");
        (await test.Lake.FindAsync(objects[4].Name, Token))!.IsEmptied.ShouldBeTrue();
        (await test.Lake.FindAsync(objects[5].Name, Token))!.IsEmptied.ShouldBeFalse("not loaded");

        foreach (var item in objects.Skip(5))
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Aside, Token);
        }

        var before = await DigestAsync(test);
        (await CompactAsync(test)).Output.ShouldContain("2 objects");
        await test.Database.RunAsync("DELETE FROM hospital.visits; DELETE FROM hospital_raw.visits WHERE \"offset\" > 3");
        (await Rebuild(test, maxRows: 3).RunAsync(new Progress<string>(), Token)).ShouldBe(16);
        (await DigestAsync(test)).ShouldBe(before);

        var (verified, report) = await ProductCommand.RunAsync(["lake", "verify", "--set", $"Lake:Folder={test.Lake.Location}"], Environment, Token);
        verified.ShouldBe(0, report);
        (await ProductCommand.RunAsync(["lake", "cat", TopicNames.ChangesOf("visits"), "--from", "2", "--until", "7", "--set", $"Lake:Folder={test.Lake.Location}"], Environment, Token)).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(5);
    }

    [Theory]
    [InlineData("--target-bytes", "5")]
    [InlineData("--target-bytes", "many")]
    [InlineData("--older-than", "-1")]
    [InlineData("--also", "bigquery")]
    [InlineData("--nothing", "1")]
    public async Task Wrong_arguments_are_refused(string option, string value) =>
        (await ProductCommand.RunAsync(["lake", "compact", option, value], Environment, Token)).Code.ShouldBe(2);

    [Fact]
    public async Task Without_its_warehouse_nothing_is_compacted()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "compactaway");
        await LakeFormat.EnsureAsync(test.Lake, Token);
        (await CompactAsync(test)).Code.ShouldBe(3, "it has no books yet");
    }

    private static Dictionary<string, string> Environment { get; } = [];

    private static WarehouseRebuild Rebuild(PostgresUnderTest test, int maxRows) => new(
        new PostgresSwap(test.Database.Source, test.Names, HospitalSchema.CapturedTables, test.Lake), test.Lake, Aside, new WarehouseSinkOptions { MaxRows = maxRows });

    private static Task<(int Code, string Output)> CompactAsync(PostgresUnderTest test, params string[] more) => ProductCommand.RunAsync(
        ["lake", "compact", "--set", $"Lake:Folder={test.Lake.Location}", "--set", $"Warehouse:ConnectionString={test.Database.ConnectionString}", .. more], Environment, Token);

    private static Task<string> DigestAsync(PostgresUnderTest test) => test.Database.TextAsync(
        """
        SELECT (SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM hospital.visits t),
               (SELECT md5(string_agg((to_jsonb(t) - 'load_id')::text, ';' ORDER BY partition, "offset")) FROM hospital_raw.visits t)
        """);

    private static Task Aside(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => Task.CompletedTask;
}
