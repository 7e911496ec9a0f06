using System.Text;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using HospitalStreaming.Warehouse.Verify;
using HospitalStreaming.WarehouseSink;
using HospitalStreaming.WarehouseSink.Rebuild;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>
/// What the loader and its readers send to BigQuery passes Google's own analyser, statement by statement, over the tables that they made by then: all
/// of it, as it was sent in a run with every kind of load and a rebuild. The emulator alone proves little: it takes much that BigQuery refuses.
/// </summary>
[Collection(BigQueryUnderTest.Beside)]
public sealed class BigQueryStatementsTests
{
    private const string Types = """
        {"note_id":"bigint","small":"smallint","real":"real","amount":"numeric(10,2)","large":"numeric(60,30)","any":"numeric","flag":"boolean","bytes":"bytea",
         "day":"date","time":"time without time zone","moment":"timestamp without time zone","at":"timestamp with time zone","doc":"jsonb","tags":"text[]","body":"text"}
        """;

    private static readonly string[] Written =
        ["INSERT INTO `bq_statements_raw`.`visits`", "UPDATE `bq_statements`.`visits`", "DELETE FROM `bq_statements`.`visits`", "truncations", "pending_moves", "letter_decisions", "load_jobs", "TRUNCATE TABLE",
         ".transactions (seq, ended)", ".transaction_reads (whole", "SELECT seq, ended", "loaded_at >= ", "`offset` >= @start"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_is_sent_is_valid_GoogleSQL_and_a_wrong_column_or_type_would_be_found()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("statements");
        SentStatements? sent = null;
        await using var proxy = new FaultProxy(test.Address, forward => sent = new SentStatements(forward));
        using var client = BigQueryUnderTest.ClientOf(proxy.Address);
        await RunAsync(test, client);
        foreach (var what in Written)
        {
            sent!.Texts.ShouldContain(text => text.Contains(what, StringComparison.Ordinal), what);
        }

        (await ErrorsAsync(sent!, text => text)).ShouldBeEmpty();
        (await ErrorsAsync(sent!, text => text.Replace("(`stream_epoch`, `source_epoch`", "(`stream_epoch`, `source_epochs`", StringComparison.Ordinal)))
            .ShouldContain(error => error.Contains("Column source_epochs is not present in table", StringComparison.Ordinal));
        (await ErrorsAsync(sent!, text => text.Replace("(seq, ended)", "(seq, ends)", StringComparison.Ordinal)))
            .ShouldContain(error => error.Contains("Column ends is not present in table", StringComparison.Ordinal));
        (await ErrorsAsync(sent!, text => text.Replace("_op = 't'", "_op = 7", StringComparison.Ordinal)))
            .ShouldContain(error => error.Contains("INT64", StringComparison.Ordinal) && error.Contains("_op", StringComparison.Ordinal));
        (await ErrorsAsync(sent!, text => text.Replace("\nCOMMIT TRANSACTION", "\nCOMIT TRANSACTION", StringComparison.Ordinal)))
            .ShouldContain(error => error.Contains("Syntax error", StringComparison.Ordinal));
    }

    private static async Task<List<string>> ErrorsAsync(SentStatements sent, Func<string, string> alter) =>
        [.. (await Analyser.AnalyseAsync(sent.Steps(alter), Token)).Where(step => step.Error is not null).Select(step => $"{step.Name}: {step.Error}")];

    // All seven tables and two described ones; every kind of change, of letter and of decision; a sweep, a truncate, a row that moved; readers.
    private static async Task RunAsync(BigQueryUnderTest test, BigQueryClient client)
    {
        var documents = new TableDocuments(test.Lake);
        await documents.KeepAsync(Table("notes", "\"note_id\"", Types), Token);
        await documents.KeepAsync(Table("note_log", string.Empty, """{"what":"text"}"""), Token);
        var warehouse = new BigQueryWarehouse(client, test.Names, HospitalSchema.CapturedTables, test.Lake, TimeSpan.Zero);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var fill = new LakeFill(test.Lake);
        var first = await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 20), Messages.Visit("c", 2, 21), (Messages.VisitTombstone(3).Key, "[]"));
        await test.Lake.CreateDocumentAsync(
            $"epochs/{first.Name.Stream.Topic}/0-00000000000000000004.json",
            Encoding.UTF8.GetBytes($$"""{"epoch":2,"topic":"{{first.Name.Stream.Topic}}","partition":0,"offset":4,"snapshot_end":5}"""),
            Token);
        await LoadAsync(
            warehouse,
            first,
            await fill.TableAsync("doctors", 0, Messages.Doctor("c", 1, 20)),
            await NoteAsync(fill, "c", 20, """{"note_id":1,"small":1,"real":1.5,"amount":"1.50","large":"1.5","any":"NaN","flag":true,"bytes":"AQ==","body":"long","doc":"{\"a\":1e400}","tags":["a"]}"""),
            await fill.ObjectAsync(TopicNames.ChangesOf("note_log"), 0, (null, Encoding.UTF8.GetBytes(Value("c", 24, """{"what":"1e400"}""")), null)));
        await LoadAsync(
            warehouse,
            await fill.TableAsync("visits", 0, Messages.Visit("u", 1, 30, diagnosis: Messages.Kept)),
            await fill.MovedAsync("visits", 1, """{"visit_id":2}""", Messages.Visit("c", 7, 31, diagnosis: Messages.Kept)),
            await NoteAsync(fill, "u", 31, $$"""{"note_id":1,"small":1,"real":1.5,"amount":"1.50","body":{{Messages.Kept}},"doc":{{Messages.Kept}},"tags":[{{Messages.Kept}}]}"""));
        await new DecisionDocuments(test.Lake).DecideAsync(new LetterDecision(first.Name.Stream, 2, LetterAction.Skip, null), Token);
        await warehouse.SettleAsync(Token);
        await LoadAsync(warehouse, await fill.TableAsync("visits", 0, Messages.Visit("r", 1, 40), Messages.Visit("d", 1, 41)));
        await LoadAsync(warehouse, await fill.TableAsync("visits", 2, Messages.VisitsTruncate(60)));
        await warehouse.StatusAsync(Token);

        await new WarehouseRebuild(
            new BigQuerySwap(client, test.Names, HospitalSchema.CapturedTables, test.Lake, TimeSpan.Zero), test.Lake, (_, _) => Task.CompletedTask, new WarehouseSinkOptions())
            .RunAsync(new Progress<string>(), Token);

        await TransactionsAsync(test, client, fill);
        var sql = new BigQuerySql(client, test.Names);
        await sql.WaitForSignalAsync(SignalNames.Current, 0, TimeSpan.Zero, Token);
        var reader = new BigQueryWarehouseReader(client, test.Names);
        var visits = HospitalSchema.CapturedTables.Single(table => table.Name == "visits");
        var notes = (await documents.BesideAsync([], Token)).Single(table => table.Name == "notes");
        await new RowHistories(reader, test.Lake).OfAsync(visits, 7, Token);
        await reader.InSnapshotAsync(
            async (view, token) =>
            {
                await view.PositionsAsync(token);
                await view.TalliesAsync(visits, token);
                await view.TruncationsAsync(visits, token);
                await DrainAsync(view.LoadedObjectsAsync(first.Name.Stream.Topic, token));
                await DrainAsync(view.RowsAsync(visits, first.Name.Stream, token));
                await DrainAsync(view.RawAsync(visits, null, await new DecisionDocuments(test.Lake).ReadAsync(token), token));
                await DrainAsync(view.CurrentAsync(visits, token));
                await DrainAsync(view.CurrentAsync(notes, token));
                await view.ReadsAsync(token);
                return 0;
            },
            Token);
    }

    // What waits for its END, a loader that reads it back, from raw too, and shows it in the end as it is; and one that is whole.
    private static async Task TransactionsAsync(BigQueryUnderTest test, BigQueryClient client, LakeFill fill)
    {
        var warehouse = new BigQueryWarehouse(client, test.Names, HospitalSchema.CapturedTables, test.Lake, TimeSpan.Zero);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var waiting = await fill.TableAsync("doctors", 1, InTransaction.Of(800, 1, Messages.Doctor("c", 5, 70, txId: 800)), (Messages.Doctor("c", 6, 71).Key, "{"));
        await LoadAsync(warehouse, waiting, await InTransaction.EndAsync(fill, 800, 80, ("doctors", 3)));
        await test.DamageAsync(waiting);
        var next = new BigQueryWarehouse(client, test.Names, HospitalSchema.CapturedTables, test.Lake, TimeSpan.Zero, TimeSpan.Zero);
        await next.EnsureAsync(Token);
        await next.TakeOverAsync(Token);
        await next.SettleAsync(Token);
        await LoadAsync(next, await fill.TableAsync("doctors", 2, InTransaction.Of(801, 1, Messages.Doctor("c", 7, 90, txId: 801))), await InTransaction.EndAsync(fill, 801, 91, ("doctors", 1)));
    }

    private static async Task DrainAsync<T>(IAsyncEnumerable<T> rows)
    {
        await foreach (var _ in rows)
        {
            // Only that they can be asked for matters.
        }
    }

    private static Task LoadAsync(BigQueryWarehouse warehouse, params LakeObject[] objects) =>
        warehouse.LoadAsync(new LoadClaim(objects), (_, _) => Task.CompletedTask, Token);

    private static SourceTable Table(string name, string key, string types)
    {
        var columns = System.Text.Json.JsonDocument.Parse(types).RootElement.EnumerateObject().Select(column => $$"""{"name":"{{column.Name}}","type":"{{column.Value}}"}""");
        return SourceTableDocument.Read(Encoding.UTF8.GetBytes(
            $$"""{"table":"{{name}}","key":[{{key}}],"modes":{"decimal.handling.mode":"string"},"columns":[{{string.Join(',', columns)}}]}"""));
    }

    private static Task<LakeObject> NoteAsync(LakeFill fill, string op, long lsn, string row) => fill.ObjectAsync(
        TopicNames.ChangesOf("notes"), 0, ("""{"note_id":1}"""u8.ToArray(), Encoding.UTF8.GetBytes(Value(op, lsn, row)), null));

    private static string Value(string op, long lsn, string row) =>
        $$"""{"before":null,"after":{{row}},"source":{"snapshot":"false","txId":7,"lsn":{{lsn}},"ts_ms":1772352000123},"op":"{{op}}","ts_ms":1772352000200}""";
}
