using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Rebuild;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>`hospital rebuild` on BigQuery.</summary>
[Collection(BigQueryUnderTest.Beside)]
public sealed class BigQueryRebuildTests
{
    private const string Altered = "altered";

    private static readonly TableDescription[] Doctors = [HospitalSchema.CapturedTables.Single(table => table.Name == "doctors")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_warehouse_made_anew_is_the_same_row_by_row_and_a_running_loader_goes_on_with_it()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("rebuild");
        var (fill, warehouse) = (new LakeFill(test.Lake), test.Loader(test.Client, test.Lake));
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        foreach (var item in new[]
        {
            await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), Messages.Visit("c", 2, 21)),
            await fill.TableAsync("visits", 0, (Messages.VisitTombstone(2).Key, "[]"), Messages.Visit("u", 2, 30, cost: "3.00"), Messages.Visit("d", 1, 31)),
            await fill.MovedAsync("visits", 1, """{"visit_id":1}""", Messages.Visit("c", 7, 31, diagnosis: Messages.Kept)),
            await fill.TableAsync("visits", 2, (Messages.VisitTombstone(9).Key, "{"), Messages.Visit("c", 9, 40)),
            await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 50)),
        })
        {
            await warehouse.LoadAsync(new LoadClaim([item]), Aside, Token);
        }

        var stream = new LakeStream(TopicNames.ChangesOf("visits"), LakeFill.Epoch, 0);
        await new DecisionDocuments(test.Lake).DecideAsync(new LetterDecision(stream, 2, LetterAction.Skip, null), Token);
        (await warehouse.SettleAsync(Token)).ShouldBe(1);
        var before = await DigestAsync(test, BigQueryUnderTest.Tables);
        var signals = await test.ScalarAsync($"SELECT version FROM {test.Names.Line}.signals WHERE name = 'current:visits'");
        await test.Sql.ExecuteAsync(
            [
                $"UPDATE {test.Names.Current}.visits SET diagnosis = 'altered' WHERE true",
                $"DELETE FROM {test.Names.Current}.doctors WHERE true",
                $"DELETE FROM {test.Names.Raw}.visits WHERE `offset` = 1",
            ],
            Token);
        (await DigestAsync(test, BigQueryUnderTest.Tables)).ShouldNotBe(before);

        (await Rebuild(test, test.Client, BigQueryUnderTest.Tables, 2).RunAsync(new Progress<string>(), Token)).ShouldBe(9);

        (await DigestAsync(test, BigQueryUnderTest.Tables)).ShouldBe(before);
        (await test.ScalarAsync($"SELECT version FROM {test.Names.Line}.signals WHERE name = 'current:visits'")).ShouldBe(signals + 1);
        (await LeftAsync(test)).ShouldBeEmpty();
        var more = new LoadClaim([await fill.TableAsync("visits", 0, Messages.Visit("u", 2, 90, cost: "9.00"))]);
        await Should.ThrowAsync<LoadFencedException>(() => warehouse.LoadAsync(more, Aside, Token));
        await warehouse.TakeOverAsync(Token);
        await warehouse.LoadAsync(more, Aside, Token);
        (await test.ScalarAsync($"SELECT CAST(total_cost AS INT64) FROM {test.Names.Current}.visits WHERE visit_id = 2")).ShouldBe(9);
    }

    [Fact]
    public async Task A_claim_that_a_loader_had_written_and_not_applied_is_not_applied_behind_a_rebuild()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("openclaim");
        await test.Loader(test.Client, test.Lake).EnsureAsync(Token);
        var fill = new LakeFill(test.Lake);
        var doomed = test.Loader(test.Client, new CrashingLake(test.Lake, "loads/", true));
        await doomed.TakeOverAsync(Token);
        var claim = new LoadClaim([await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 50), Messages.Doctor("c", 2, 51))]);
        await Should.ThrowAsync<IOException>(() => doomed.LoadAsync(claim, Aside, Token));

        (await Rebuild(test, test.Client, BigQueryUnderTest.Tables, 10).RunAsync(new Progress<string>(), Token)).ShouldBe(2);

        var next = test.Loader(test.Client, test.Lake);
        await next.EnsureAsync(Token);
        await next.TakeOverAsync(Token);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.doctors")).ShouldBe(2);
        await next.LoadAsync(new LoadClaim([await fill.TableAsync("doctors", 0, Messages.Doctor("u", 1, 60, "Dr B"))]), Aside, Token);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.doctors")).ShouldBe(3);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Current}.doctors WHERE name = 'Dr B' OR doctor_id = 2")).ShouldBe(2);
    }

    /// <summary>Killed at the first request, in the middle, at the swap, with or without its effect, and while the seven data sets of what was made are dropped.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_a_request_it_leaves_the_old_rows_or_the_new_ones_and_a_second_start_completes(bool lose)
    {
        await using var test = await BigQueryUnderTest.CreateAsync(lose ? "rebuildlost" : "rebuildcut");
        await using var proxy = new CuttingProxy(test.Address);
        using var client = BigQueryUnderTest.ClientOf(proxy.Address);
        var warehouse = new BigQueryWarehouse(test.Client, test.Names, Doctors, test.Lake, TimeSpan.Zero);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        await warehouse.LoadAsync(new LoadClaim([await new LakeFill(test.Lake).TableAsync("doctors", 0, Messages.Doctor("c", 1, 50), Messages.Doctor("c", 2, 51))]), Aside, Token);
        var whole = await DigestAsync(test, Doctors);
        var old = await AlterAsync(test);
        await Rebuild(test, client, Doctors, 10).RunAsync(new Progress<string>(), Token);
        var changes = proxy.Changes;
        (await DigestAsync(test, Doctors)).ShouldBe(whole);

        var seen = new HashSet<string>();
        foreach (var cut in lose ? new[] { changes / 2, changes - 7, changes } : [1, changes - 7, changes - 2])
        {
            await AlterAsync(test);
            proxy.CutAt(cut, lose);
            await Should.ThrowAsync<WarehouseSqlException>(() => Rebuild(test, client, Doctors, 10).RunAsync(new Progress<string>(), Token), $"request {cut} of {changes}");
            proxy.Cut.ShouldBeTrue();
            var shown = await DigestAsync(test, Doctors);
            new[] { old, whole }.ShouldContain(shown, $"request {cut} of {changes}");
            seen.Add(shown);

            (await Rebuild(test, test.Client, Doctors, 10).RunAsync(new Progress<string>(), Token)).ShouldBe(2);
            (await DigestAsync(test, Doctors)).ShouldBe(whole, $"request {cut} of {changes}");
            (await LeftAsync(test)).ShouldBeEmpty();
        }

        seen.Count.ShouldBe(2, "some were cut before the swap, some behind it");
    }

    private static async Task<string> AlterAsync(BigQueryUnderTest test)
    {
        await test.Sql.ExecuteAsync([$"UPDATE {test.Names.Current}.doctors SET name = '{Altered}' WHERE true", $"DELETE FROM {test.Names.Raw}.doctors WHERE `offset` = 1"], Token);
        return await DigestAsync(test, Doctors);
    }

    private static WarehouseRebuild Rebuild(BigQueryUnderTest test, BigQueryClient client, IReadOnlyList<TableDescription> tables, int maxRows) => new(
        new BigQuerySwap(client, test.Names, tables, test.Lake, TimeSpan.Zero), test.Lake, Aside, new WarehouseSinkOptions { MaxRows = maxRows });

    private static async Task<IReadOnlyList<string>> LeftAsync(BigQueryUnderTest test)
    {
        var all = await test.Client.CallAsync("GET", "datasets", null, Token);
        return [.. all!["datasets"]!.Select(dataset => (string)dataset.SelectToken("datasetReference.datasetId")!).Where(name => name.StartsWith(test.Names.Prefix + "_rebuild", StringComparison.Ordinal))];
    }

    // Everything but when and by which load it came.
    private static async Task<string> DigestAsync(BigQueryUnderTest test, IReadOnlyList<TableDescription> tables)
    {
        var (line, parts) = (test.Names.Line, new List<string>());
        foreach (var table in tables)
        {
            var columns = string.Join(", ", table.Columns.Select(column => column.Name).Concat(BigQueryLayout.Meta.Select(meta => meta.Name)));
            parts.Add(await RowsAsync(test, $"SELECT {columns} FROM {test.Names.Current}.{table.Name} ORDER BY 1"));
            parts.Add(await RowsAsync(test, $"SELECT `partition`, `offset`, stream_epoch, source_epoch, key_id, op, lsn, schema, TO_JSON_STRING(value), value_bytes FROM {test.Names.Raw}.{table.Name} ORDER BY 1, 2"));
        }

        parts.Add(await RowsAsync(test, $"SELECT topic, `partition`, next_offset, `rows` FROM {line}.positions ORDER BY 1, 2"));
        parts.Add(await RowsAsync(test, $"SELECT table_name, `partition`, `offset`, held_key, reason FROM {line}.poison_records ORDER BY 1, 2, 3"));
        parts.Add(await RowsAsync(test, $"SELECT table_name, `partition`, `offset`, action FROM {line}.letter_decisions ORDER BY 1, 2, 3"));
        return string.Join('\n', parts);
    }

    private static async Task<string> RowsAsync(BigQueryUnderTest test, string sql) =>
        string.Join('\n', (await test.Sql.QueryAsync(sql, new Dictionary<string, object?>(), Token)).Rows.Select(row => string.Join(',', row)));

    private static Task Aside(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => Task.CompletedTask;
}
