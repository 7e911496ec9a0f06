using System.Text;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>`hospital history` as its user runs it.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class HistoryCommandTests(WarehouseServers servers)
{
    private const string Description = """
        {"table":"beds","key":["ward","bed"],"columns":[{"name":"bed","type":"text"},{"name":"patient","type":"text"},{"name":"ward","type":"integer"}]}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_is_found_by_a_key_of_several_columns_and_what_is_no_key_is_answered_in_plain_words()
    {
        await using var database = await TestDatabase.CreateAsync(servers, "history_command");
        var folder = TestFolder.Create("history-command");
        var lake = new FolderLake(folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));
        await new TableDocuments(lake).KeepAsync(SourceTableDocument.Read(Encoding.UTF8.GetBytes(Description)), Token);
        var fill = new LakeFill(lake);
        var warehouse = new PostgresWarehouse(database.Source, new WarehouseNames(), HospitalSchema.CapturedTables, lake);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        LakeObject[] objects =
        [
            await fill.TableAsync("beds", 0, Bed("c", 20, "A", "\"Siti\""), Bed("u", 21, "A", "\"Made\""), Bed("d", 30, "A", "null")),
            await fill.MovedAsync("beds", 1, Key("A"), Bed("c", 30, "B", Messages.Kept)),
            await fill.TableAsync("visits", 0, Messages.Visit("c", 17, 25)),
        ];
        await warehouse.LoadAsync(new LoadClaim(objects), (records, _) => throw new InvalidOperationException(records[0].Detail), Token);

        var (code, output, _) = await HistoryAsync(database, folder, "beds", """{"bed": "B", "ward": 1}""");
        code.ShouldBe(0);
        output.ShouldContain("patient = Made");
        (await HistoryAsync(database, folder, "beds", """{"ward":1,"bed":"A"}""")).Output.Split('\n').Select(line => line.TrimEnd().Split(' ')[^1])
            .Intersect(["insert", "update", "delete"]).ShouldBe(["insert", "update", "delete"]);
        (await HistoryAsync(database, folder, "visits", "17")).Code.ShouldBe(0);

        (await HistoryAsync(database, folder, "beds", "A")).ShouldBe(
            (2, string.Empty, "hospital: that is no key of beds, which is (ward integer, bed text): give '{\"ward\": 1, \"bed\": \"...\"}'\n"));
        (await HistoryAsync(database, folder, "visits", "Smith")).ShouldBe(
            (2, string.Empty, "hospital: that is no whole number for visit_id of visits's key, which is (visit_id whole number): give its value\n"));
        var (unknown, _, tables) = await HistoryAsync(database, folder, "nowhere", "1");
        unknown.ShouldBe(2);
        tables.ShouldStartWith("hospital: there is no table nowhere; captured are ");
        tables.ShouldContain(", beds");
        (await HistoryAsync(database, folder, "beds", """{"ward":9,"bed":"Z"}""")).Code.ShouldBe(1);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(int Code, string Output, string Errors)> HistoryAsync(TestDatabase database, string folder, params string[] row)
    {
        using var process = ProductCommand.Start(
            ["history", .. row, "--set", "Kafka:BootstrapServers=127.0.0.1:1", "--set", $"Lake:Folder={folder}", "--set", $"Warehouse:ConnectionString={database.ConnectionString}"],
            new Dictionary<string, string>());
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await output, await errors);
    }

    private static string Key(string bed) => $$"""{"ward":1,"bed":"{{bed}}"}""";

    private static (string Key, string? Value) Bed(string op, long lsn, string bed, string patient)
    {
        var row = $$"""{"bed":"{{bed}}","patient":{{patient}},"ward":1}""";
        var (before, after) = op == "d" ? (row, "null") : ("null", row);
        return (Key(bed), $$"""{"before":{{before}},"after":{{after}},"source":{"snapshot":"false","txId":7,"lsn":{{lsn}},"ts_ms":1772352000123},"op":"{{op}}","ts_ms":1772352000200}""");
    }
}
