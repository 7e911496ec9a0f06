using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Describing;
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

    private static TimeSpan Patient { get; } = TimeSpan.FromDays(1);

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
    public async Task A_described_table_with_a_text_key_and_what_waits_for_its_transaction_are_made_anew_as_they_are()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("rebuildopen");
        await new TableDocuments(test.Lake).KeepAsync(Beds, Token);
        var (fill, warehouse) = (new LakeFill(test.Lake), new BigQueryWarehouse(test.Client, test.Names, Doctors, test.Lake, TimeSpan.Zero, Patient));
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        LakeObject[] whole =
        [
            await fill.TableAsync("beds", 0, InTransaction.Of(700, 1, Bed("c", 20, "A", "Ann", 700)), InTransaction.Of(700, 2, Bed("c", 21, "B", "Bob", 700))),
            await fill.TableAsync("doctors", 0, InTransaction.Of(700, 3, Messages.Doctor("c", 1, 22))),
            await InTransaction.EndAsync(fill, 700, 30, ("beds", 2), ("doctors", 1)),
        ];
        await warehouse.LoadAsync(new LoadClaim(whole), Aside, Token);

        // Two that end one within the other: one lacks a record yet, the other one its END.
        LakeObject[] open =
        [
            await fill.TableAsync("beds", 0, InTransaction.Of(701, 1, Bed("d", 40, "A", "Ann", 701)), InTransaction.Of(702, 1, Bed("u", 41, "B", "Bea", 702))),
            await fill.TableAsync("doctors", 0, InTransaction.Of(701, 2, Messages.Doctor("u", 1, 42, "Dr B", 701))),
            await InTransaction.EndAsync(fill, 701, 50, ("beds", 2), ("doctors", 1)),
        ];
        await warehouse.LoadAsync(new LoadClaim(open), Aside, Token);
        var before = await OpenDigestAsync(test);
        before.ShouldContain("""{"ward":3,"bed":"A"},Ann""");
        before.ShouldContain("True,701,postgres-source.public.beds,1,2");
        await test.Sql.ExecuteAsync([$"UPDATE {test.Names.Current}.beds SET patient = 'altered' WHERE true", $"DELETE FROM {test.Names.Raw}.beds WHERE `offset` = 1"], Token);
        (await OpenDigestAsync(test)).ShouldNotBe(before);

        // In more loads than the one in place took.
        (await Rebuild(test, test.Client, Doctors, 1, Patient).RunAsync(new Progress<string>(), Token)).ShouldBe(8);
        (await OpenDigestAsync(test)).ShouldBe(before);
        (await LeftAsync(test)).ShouldBeEmpty();
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Line}.transactions WHERE seq > (SELECT MAX(seq) FROM {test.Names.Line}.load_heads WHERE table_name = '{TopicNames.Transactions}')"))
            .ShouldBe(0, "steps of the gate go on above those of what was made");

        await warehouse.TakeOverAsync(Token);
        await warehouse.LoadAsync(new LoadClaim([await fill.TableAsync("beds", 1, InTransaction.Of(701, 3, Bed("c", 43, "C", "Cyd", 701)))]), Aside, Token);
        (await BedsAsync(test)).ShouldBe("""{"ward":3,"bed":"B"},Bob""" + '\n' + """{"ward":3,"bed":"C"},Cyd""");

        // Where nothing is waited for, a rebuild does not either.
        await Rebuild(test, test.Client, Doctors, 100, TimeSpan.Zero).RunAsync(new Progress<string>(), Token);
        (await BedsAsync(test)).ShouldBe("""{"ward":3,"bed":"B"},Bea""" + '\n' + """{"ward":3,"bed":"C"},Cyd""");
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

    private static SourceTable Beds { get; } = SourceTableDocument.Read(Encoding.UTF8.GetBytes(
        """{"table":"beds","key":["ward","bed"],"columns":[{"name":"bed","type":"text"},{"name":"patient","type":"text"},{"name":"ward","type":"integer"}]}"""));

    private static (string Key, string? Value) Bed(string op, long lsn, string bed, string patient, long txId)
    {
        var row = $$"""{"bed":"{{bed}}","patient":"{{patient}}","ward":3}""";
        var (before, after) = op == "d" ? (row, "null") : ("null", row);
        return ($$"""{"ward":3,"bed":"{{bed}}"}""", string.Create(CultureInfo.InvariantCulture, $$"""
            {"before":{{before}},"after":{{after}},"source":{"snapshot":"false","txId":{{txId}},"lsn":{{lsn}},"ts_ms":1772352000123},"transaction":null,"op":"{{op}}","ts_ms":1772352000200}
            """));
    }

    private static Task<string> BedsAsync(BigQueryUnderTest test) => RowsAsync(test, $"SELECT _key, patient FROM {test.Names.Current}.beds WHERE NOT _deleted ORDER BY 1");

    // Rows, how far they are, and what is waited for; not since when.
    private static async Task<string> OpenDigestAsync(BigQueryUnderTest test) => string.Join(
        '\n',
        await RowsAsync(test, $"SELECT _key, patient, _deleted, _lsn, _offset FROM {test.Names.Current}.beds ORDER BY 1"),
        await RowsAsync(test, $"SELECT `partition`, `offset`, key_id, op, lsn, TO_JSON_STRING(value) FROM {test.Names.Raw}.beds ORDER BY 1, 2"),
        await RowsAsync(test, $"SELECT doctor_id, name, _lsn FROM {test.Names.Current}.doctors ORDER BY 1"),
        await RowsAsync(test, $"SELECT topic, `partition`, next_offset, applied_next FROM {test.Names.Line}.positions ORDER BY 1, 2"),
        await RowsAsync(test, $"SELECT whole, tx_id, topic, present, expected, given_up FROM {test.Names.Line}.transaction_reads"));

    private static WarehouseRebuild Rebuild(
        BigQueryUnderTest test, BigQueryClient client, IReadOnlyList<TableDescription> tables, int maxRows, TimeSpan? patience = null) => new(
        new BigQuerySwap(client, test.Names, tables, test.Lake, TimeSpan.Zero, patience), test.Lake, Aside, new WarehouseSinkOptions { MaxRows = maxRows });

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
