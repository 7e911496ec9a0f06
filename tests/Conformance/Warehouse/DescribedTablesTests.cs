using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Rebuild;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>Tables beside the hospital's own, in the running role.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class DescribedTablesTests(WarehouseServers servers)
{
    private const string Described = """
        [{"table":"notes","key":["note_id"],"modes":{"decimal.handling.mode":"precise"},"columns":[
           {"name":"note_id","type":"bigint","nullable":false},{"name":"amount","type":"numeric(10,2)"},{"name":"at","type":"timestamp without time zone"},{"name":"tags","type":"text[]"}]},
         {"table":"note_log","columns":[{"name":"what","type":"text"}]}]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_describes_them_the_lake_keeps_what_it_says_and_a_rebuild_makes_them_anew()
    {
        await using var database = await TestDatabase.CreateAsync(servers, "described");
        var folder = TestFolder.Create("described");
        var file = Path.Combine(folder, "tables.json");
        await File.WriteAllTextAsync(file, Described, Token);
        var lake = new FolderLake(Path.Combine(folder, "lake"), LakeCompression.Gzip, new LakeNews(TimeProvider.System));
        var fill = new LakeFill(lake);
        await fill.TableAsync("notes", 0, Note("c", 1, 20, "BNI="), Note("c", 2, 21, "AA=="), Note("d", 2, 22, null));
        await fill.TableAsync("notes", 1, Note("c", 3, 23, "/w=="));
        await fill.ObjectAsync(TopicNames.ChangesOf("note_log"), 0, (null, Encoding.UTF8.GetBytes(Value("c", 24, """{"what":"written"}""")), null));
        await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 25));

        const string First = "1,12.34,2026-03-01 08:00:00.000001,{a,b}\n3,-0.01,2026-03-01 08:00:00.000001,{a,b}";
        using (var host = Role(database, lake, folder, file))
        {
            await LoadedAsync(host, database, First);
            (await database.TextAsync("SELECT after FROM hospital_raw.note_log")).ShouldBe("""{"what":"written"}""");
            (await database.TextAsync("SELECT count(*) FROM hospital.visits")).ShouldBe("1");
        }

        await fill.TableAsync("notes", 0, Note("u", 1, 30, "AA=="));
        var second = First.Replace("12.34", "0.00", StringComparison.Ordinal);
        using (var host = Role(database, lake, folder, file: null))
        {
            await LoadedAsync(host, database, second);
        }

        await database.RunAsync("DELETE FROM hospital.notes; UPDATE hospital_raw.note_log SET after = NULL");
        var rebuild = new WarehouseRebuild(
            new PostgresSwap(database.Source, new WarehouseNames(), HospitalSchema.CapturedTables, lake), lake, (_, _) => Task.CompletedTask, new WarehouseSinkOptions());
        (await rebuild.RunAsync(new Progress<string>(), Token)).ShouldBe(7);
        (await NotesAsync(database)).ShouldBe(second);
        (await database.TextAsync("SELECT after FROM hospital_raw.note_log")).ShouldBe("""{"what":"written"}""");

        await File.WriteAllTextAsync(file, Described.Replace("text[]", "text", StringComparison.Ordinal), Token);
        using (var host = Role(database, lake, folder, file))
        {
            await host.StartAsync(Token);
            await SinkLine.UntilAsync(
                () => Task.FromResult(Health(host).Contains("notes's column tags's type is another than the lake's description says", StringComparison.Ordinal)), "a retyped column is refused", () => Health(host));
            await host.StopAsync(Token);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task LoadedAsync(IHost host, TestDatabase database, string expected)
    {
        await host.StartAsync(Token);
        await SinkLine.UntilAsync(async () => await NotesAsync(database) == expected, "the described table is loaded", () => Health(host));
        await host.StopAsync(Token);
    }

    private static async Task<string> NotesAsync(TestDatabase database)
    {
        try
        {
            return await database.TextAsync("SELECT note_id, amount::text, at::text, tags::text FROM hospital.notes WHERE NOT _deleted ORDER BY 1");
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return "not there yet";
        }
    }

    private static string Health(IHost host) =>
        string.Join("; ", host.Services.GetRequiredService<RoleHealth>().States.Select(state => $"{state.Role} {state.Condition} {state.Detail}"));

    private static IHost Role(TestDatabase database, FolderLake lake, string folder, string? file)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = "127.0.0.1:1",
            ["Lake:Folder"] = Path.Combine(folder, "lake"),
            ["Warehouse:ConnectionString"] = database.ConnectionString,
            ["WarehouseSink:Tables"] = file,
        }).Build();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        builder.Services.AddSingleton<ILake>(lake).AddHospitalDefaults("described-test").AddWarehouseSinkRole(configuration);
        return builder.Build();
    }

    private static (string Key, string? Value) Note(string op, long id, long lsn, string? amount) => (
        string.Create(CultureInfo.InvariantCulture, $$"""{"note_id":{{id}}}"""),
        Value(op, lsn, amount is null ? "null" : string.Create(CultureInfo.InvariantCulture, $$"""{"note_id":{{id}},"amount":"{{amount}}","at":1772352000000001,"tags":["a","b"]}""")));

    private static string Value(string op, long lsn, string after) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"before":null,"after":{{after}},"source":{"version":"3.3.1.Final","connector":"postgresql","name":"postgres-source","ts_ms":1772352000123,"snapshot":"false","db":"hospital","schema":"public","table":"notes","txId":700,"lsn":{{lsn}},"xmin":null},"op":"{{op}}","ts_ms":1772352000200}""");
}
