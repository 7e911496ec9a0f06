using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Verify;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Rebuild;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>Tables that the source alters, on BigQuery.</summary>
[Collection(BigQueryUnderTest.Beside)]
public sealed class BigQueryDriftTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Added_dropped_and_renamed_columns_flow_and_a_rebuild_comes_to_the_same()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("drift");
        await using var proxy = new FaultProxy(test.Address, forward => new ColumnGuard(forward));
        using var client = BigQueryUnderTest.ClientOf(proxy.Address);
        var warehouse = await StartAsync(test, client);
        var fill = new LakeFill(test.Lake);
        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), Messages.Visit("c", 2, 21), Messages.Visit("c", 3, 22)));

        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, With(Messages.Visit("u", 1, 30), """ "ward":"A1","beds":3,"note":{"a":1} """)));
        (await RowsAsync(test, "ward, beds, note")).ShouldBe("""1 A1 3 {"a":1}; 2 - - -; 3 - - -""");

        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, With(Messages.Visit("u", 1, 31), $""" "ward":{Messages.Kept},"beds":4 """), With(Messages.Visit("u", 2, 32), "\"beds\":5")));
        (await RowsAsync(test, "ward, beds")).ShouldBe("1 A1 4; 2 - 5; 3 - -");

        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, Renamed(Messages.Visit("u", 3, 33))));
        (await RowsAsync(test, "diagnosis, finding")).ShouldBe("1 Flu -; 2 Flu -; 3 - Flu");

        // BigQuery has no such column name; raw has the field.
        await LoadAsync(await StartAsync(test, client), await fill.TableAsync("visits", 0, With(Messages.Visit("u", 2, 34), """ "größe":1,"_op":"x" """)));
        (await test.ScalarAsync($"SELECT COUNT(DISTINCT schema) FROM {test.Names.Raw}.visits WHERE schema IS NOT NULL")).ShouldBe(5);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.visits WHERE schema IS NULL")).ShouldBe(0);
        var report = await new LineVerifier(
            new NoSource(), new NoLog(), test.Lake, new BigQueryWarehouseReader(client, test.Names), null, [.. BigQueryUnderTest.Tables.Where(table => table.Name == "visits")], TimeSpan.FromSeconds(1))
            .RunAsync(new Progress<string>(), Token);
        report.Checks.SelectMany(check => check.Findings).ShouldBeEmpty();

        const string All = "ward, beds, note, finding, diagnosis, _op, _lsn";
        var before = await RowsAsync(test, All);
        await test.Sql.ExecuteAsync([$"UPDATE {test.Names.Current}.visits SET beds = NULL, finding = NULL WHERE true"], Token);
        await Rebuild(test, client).RunAsync(new Progress<string>(), Token);
        (await RowsAsync(test, All)).ShouldBe(before);
    }

    [Fact]
    public async Task A_retyped_column_stops_its_table_with_the_choice_and_what_was_refused_before_can_be_redriven_after_it()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("retyped");
        ColumnGuard? guard = null;
        await using var proxy = new FaultProxy(test.Address, forward => guard = new ColumnGuard(forward));
        using var client = BigQueryUnderTest.ClientOf(proxy.Address);
        var warehouse = await StartAsync(test, client);
        var fill = new LakeFill(test.Lake);
        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20)));
        var letters = await fill.TableAsync("visits", 0, Messages.Visit("c", 2, 21, cost: "cheap"));
        var refused = new List<PoisonRecord>();
        await warehouse.LoadAsync(new LoadClaim([letters]), (records, _) => KeepAsync(refused, records), Token);
        refused.ShouldHaveSingleItem();
        var many = await fill.TableAsync("visits", 0, [.. Enumerable.Range(100, 30).Select(id => Messages.Visit("c", id, 100 + id, cost: "cheap"))]);

        for (var i = 0; i < 2; i++)
        {
            var stopped = await Should.ThrowAsync<TableStoppedException>(() => warehouse.LoadAsync(new LoadClaim([many]), (records, _) => KeepAsync(refused, records), Token));
            stopped.Topic.ShouldBe(TopicNames.ChangesOf("visits"));
            stopped.Message.ShouldContain("column total_cost: it was renamed or given another type");
            if (i == 0)
            {
                await LoadAsync(warehouse, await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 50)));
                (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.visits")).ShouldBe(2);
                continue;
            }

            // The choice, as it is told.
            var choice = stopped.Message[stopped.Message.IndexOf("CREATE OR REPLACE", StringComparison.Ordinal)..stopped.Message.IndexOf("; in the warehouse", StringComparison.Ordinal)];
            var columns = BigQueryLayout.CurrentFields(BigQueryUnderTest.Tables.Single(table => table.Name == "visits")).Select(field => new AnalysedColumn((string)field["name"]!, (string)field["type"]!));
            (await Analyser.AnalyseAsync([new { table = $"{test.Names.Current}.visits", columns }, new { script = "choice", sql = choice, parameters = Array.Empty<object>() }], Token))
                .ShouldHaveSingleItem().Error.ShouldBeNull();
            await new BigQuerySql(client, test.Names).ExecuteAsync([choice], Token);
            guard!.Replaced.ShouldBe(1);
        }

        refused.Count.ShouldBe(1);
        await LoadAsync(warehouse, many);
        (await CostsAsync(test)).ShouldBe("1 12.5");
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Current}.visits WHERE total_cost = 'cheap'")).ShouldBe(30);
        var own = new LakeRecord(new LogPosition(letters.Name.Stream.Topic, 0, 1), 0, refused[0].Key, refused[0].Value, []);
        await new DecisionDocuments(test.Lake).DecideAsync(new LetterDecision(letters.Name.Stream, 1, LetterAction.Redrive, own), Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(1);
        (await CostsAsync(test)).ShouldBe("1 12.5; 2 cheap");

        await test.Sql.ExecuteAsync([$"DELETE FROM {test.Names.Current}.visits WHERE true"], Token);
        await Rebuild(test, client).RunAsync(new Progress<string>(), Token);
        (await CostsAsync(test)).ShouldBe("1 12.50; 2 cheap");
    }

    private static WarehouseRebuild Rebuild(BigQueryUnderTest test, BigQueryClient client) => new(
        new BigQuerySwap(client, test.Names, BigQueryUnderTest.Tables, test.Lake, TimeSpan.Zero), test.Lake, (_, _) => Task.CompletedTask, new WarehouseSinkOptions());

    private static async Task<BigQueryWarehouse> StartAsync(BigQueryUnderTest test, BigQueryClient client)
    {
        var warehouse = test.Loader(client, test.Lake);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        return warehouse;
    }

    private static Task LoadAsync(BigQueryWarehouse warehouse, LakeObject item) =>
        warehouse.LoadAsync(new LoadClaim([item]), (records, _) => throw new InvalidOperationException(records[0].Detail), Token);

    private static Task KeepAsync(List<PoisonRecord> into, IReadOnlyList<PoisonRecord> records)
    {
        into.AddRange(records);
        return Task.CompletedTask;
    }

    private static Task<string> CostsAsync(BigQueryUnderTest test) => RowsAsync(test, "total_cost", "AND visit_id < 100");

    private static async Task<string> RowsAsync(BigQueryUnderTest test, string columns, string only = "")
    {
        var rows = await test.Sql.QueryAsync(
            $"SELECT visit_id, {columns} FROM {test.Names.Current}.visits WHERE NOT _deleted {only} ORDER BY 1", new Dictionary<string, object?>(), Token);
        return string.Join("; ", rows.Rows.Select(row => string.Join(' ', row.Select(cell => cell ?? "-"))));
    }

    private static (string Key, string? Value) With((string Key, string? Value) message, string fields) =>
        (message.Key, message.Value!.Replace("\"hospital_id\":\"h1\"", $"\"hospital_id\":\"h1\",{fields.Trim()}", StringComparison.Ordinal));

    private static (string Key, string? Value) Renamed((string Key, string? Value) message) =>
        (message.Key, message.Value!.Replace("\"diagnosis\":", "\"finding\":", StringComparison.Ordinal));
}
