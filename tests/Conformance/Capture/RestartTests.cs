using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Core.Transactions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>Capture killed in the middle of the stream.</summary>
[Collection(CaptureCollection.Name)]
public sealed class RestartTests(CaptureLab lab)
{
    private const int Rows = 60_000;

    /// <summary>Debezium up to 3.6 resumes behind the first of the rows that share an LSN and loses the others (debezium#7531).</summary>
    [Fact]
    public async Task Rows_of_a_COPY_that_share_an_LSN_survive_a_crash_in_their_midst()
    {
        await using var database = await KeyedAsync("copy");
        var capture = await database.Capture().StreamingAsync();
        await CopyAsync(database);
        await capture.UntilAsync(() => capture.Facts.Events is > 0 || capture.Facts.InFlightBytes > 0, "sending");
        await capture.CrashAsync();
        var before = ChangeLog.Read(database);
        capture = await database.Capture().StreamingAsync();
        await database.CaughtUpAsync(capture);
        await capture.StopAsync();

        var log = ChangeLog.Read(database);
        var streamed = log.Select(change => (change.KeyText, change.Envelope.Source.Lsn)).ToList();
        streamed.Select(change => change.KeyText).Distinct().Count().ShouldBe(Rows);
        streamed.GroupBy(change => change.Lsn).Max(group => group.Select(change => change.KeyText).Distinct().Count())
            .ShouldBeGreaterThan(1, "no rows shared an LSN: this test tests nothing");
        streamed.Distinct().Count().ShouldBe(Rows, "a redelivery has another LSN than the first delivery");
        AppliedTables.Of(log).Rows("items").Count.ShouldBe(Rows);
        before.Count.ShouldBeLessThan(Rows, "the crash came after the transaction: this test tests nothing");
        EveryDeliveryGaveTheSamePlaces(database, log);
    }

    // Debezium counts a transaction anew from where it was killed. Ours comes again whole: what waits for whole transactions needs no patience.
    private static void EveryDeliveryGaveTheSamePlaces(CapturedDatabase database, List<LoggedChange> log)
    {
        log.Select(change => (change.KeyText, change.Envelope.Transaction)).Distinct().Count().ShouldBe(Rows);
        log.Select(change => change.Envelope.Transaction!.Value.Order).Distinct().Order().ShouldBe(Enumerable.Range(1, Rows).Select(place => (long)place));
        var marks = ChangeLog.Marks(database);
        var ends = marks.Select(mark => TransactionEndReader.Read(mark.Value)).OfType<TransactionEnd>().ToList();
        ends.ShouldAllBe(end => end.Counts.Count == 1 && end.Counts["public.items"] == Rows);
        marks.Count.ShouldBeGreaterThan(ends.Count, "BEGIN is not there");

        var gate = new TransactionGate(_ => true, table => database.Prefix + "." + table);
        foreach (var change in log)
        {
            gate.Take(new LakeStream(change.Topic, "life", change.Partition), change.Offset, change.Envelope.Transaction, change.Envelope.Source.Lsn, 0, false, 1);
        }

        gate.Advance();
        gate.Waiting.ShouldBeGreaterThan(0);
        ends.ForEach(gate.Take);
        gate.Advance();
        (gate.Waiting, gate.GivenUp).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Every_change_after_any_number_of_crashes_is_there_and_in_order()
    {
        await using var database = await KeyedAsync("crashes");
        await database.ExecuteAsync("INSERT INTO items SELECT i, 0 FROM generate_series(1, 20) i");
        var capture = await database.Capture().StreamingAsync();
        for (var round = 1; round <= 8; round++)
        {
            for (var step = 0; step < 20; step++)
            {
                await database.ExecuteAsync($"UPDATE items SET amount = amount + 1 WHERE id % 7 = {step % 7}", $"DELETE FROM items WHERE id = {step + 1}; INSERT INTO items VALUES ({step + 1}, {round})");
            }

            await capture.CrashAsync();
            capture = await database.Capture().StreamingAsync();
        }

        await database.CaughtUpAsync(capture);
        await capture.StopAsync();
        var log = ChangeLog.Read(database);
        SourceTables.Lines(AppliedTables.Of(log).Rows("items")).ShouldBe(SourceTables.Lines(await SourceTables.RowsAsync(database, "items", "id")));

        // Without its redeliveries every key's log has ascending LSNs: nothing came out of order.
        foreach (var key in log.Where(change => change.Value is not null && !change.Envelope.FromSnapshot).GroupBy(change => change.KeyText))
        {
            var seen = new HashSet<ulong>();
            var firsts = key.Select(change => change.Envelope.Source.Lsn!.Value.Value).Where(seen.Add).ToList();
            firsts.ShouldBe(firsts.Order());
        }
    }

    [Fact]
    public async Task A_stop_in_order_confirms_everything_and_nothing_is_sent_twice()
    {
        await using var database = await KeyedAsync("order");
        database.Settings["Capture:OffsetFlushIntervalMs"] = "60000";
        var capture = await database.Capture().StreamingAsync();
        await database.ExecuteAsync("INSERT INTO items SELECT i, 0 FROM generate_series(1, 500) i");
        await capture.UntilAsync(() => capture.Facts.Events >= 500, "500 acknowledged");
        await capture.StopAsync();
        capture = await database.Capture().StreamingAsync();
        await database.ExecuteAsync("INSERT INTO items VALUES (501, 0)");
        await capture.UntilAsync(() => capture.Facts.Events >= 1, "one more");
        await capture.StopAsync();
        ChangeLog.Read(database).Count.ShouldBe(501);
    }

    [Fact]
    public async Task Transactions_come_in_commit_order_with_their_own_ids()
    {
        await using var database = await KeyedAsync("txid");
        await using var capture = await database.Capture().StreamingAsync();
        await using var first = await database.OpenAsync();
        await using var second = await database.OpenAsync();
        var firstId = await RunAsync(first, "BEGIN; INSERT INTO items VALUES (1, 1); SAVEPOINT s; INSERT INTO items VALUES (2, 1); SELECT txid_current()::text");
        var secondId = await RunAsync(second, "BEGIN; INSERT INTO items VALUES (3, 2); SELECT txid_current()::text");
        await RunAsync(second, "COMMIT; SELECT 'x'");
        await RunAsync(first, "COMMIT; SELECT 'x'");
        await capture.UntilAsync(() => capture.Facts.Events >= 3, "three rows");
        await capture.StopAsync();
        var byKey = ChangeLog.Read(database).ToDictionary(change => change.KeyText!, change => change.Envelope);
        byKey["{\"id\":3}"].Source.TransactionId.ShouldBe(secondId);
        byKey["{\"id\":1}"].Source.TransactionId.ShouldBe(firstId);
        byKey["{\"id\":2}"].Source.TransactionId.ShouldBe(firstId, "a row of a subtransaction carries the top-level id");
        byKey["{\"id\":3}"].ProcessedAt!.Value.ShouldBeLessThanOrEqualTo(byKey["{\"id\":1}"].ProcessedAt!.Value);
        byKey["{\"id\":1}"].Source.CommittedAt.ShouldBe(byKey["{\"id\":2}"].Source.CommittedAt);
    }

    internal static async Task CopyAsync(CapturedDatabase database, int rows = Rows)
    {
        await using var connection = await database.OpenAsync();
        await using var copy = await connection.BeginBinaryImportAsync("COPY items FROM STDIN (FORMAT binary)", TestContext.Current.CancellationToken);
        for (var i = 1; i <= rows; i++)
        {
            await copy.StartRowAsync(TestContext.Current.CancellationToken);
            await copy.WriteAsync(i, TestContext.Current.CancellationToken);
            await copy.WriteAsync(i, TestContext.Current.CancellationToken);
        }

        await copy.CompleteAsync(TestContext.Current.CancellationToken);
    }

    private async Task<CapturedDatabase> KeyedAsync(string name)
    {
        var database = await lab.DatabaseAsync(name);
        await database.ExecuteAsync("CREATE TABLE items (id int PRIMARY KEY, amount int)");
        await database.PublishAsync("items");
        return database;
    }

    private static async Task<uint> RunAsync(Npgsql.NpgsqlConnection connection, string sql)
    {
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await reader.ReadAsync(TestContext.Current.CancellationToken);
        return uint.TryParse(reader.GetString(0), System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : 0;
    }
}
