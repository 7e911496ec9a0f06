using HospitalStreaming.Core.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>Where the snapshot meets the stream.</summary>
[Collection(CaptureCollection.Name)]
public sealed class SnapshotTests(CaptureLab lab)
{
    private const int Rows = 120_000;

    /// <summary>The slot is kept and the stream starts at its own first point: what changed since the first attempt is replayed behind the second.</summary>
    [Fact]
    public async Task A_crash_in_the_snapshot_loses_nothing_and_leaves_no_deleted_row()
    {
        await using var database = await ItemsAsync("midsnap", Rows);
        database.Settings["Capture:MaxInFlightBytes"] = "1048576";
        var capture = database.Capture();
        await capture.StartAsync();
        await capture.UntilAsync(() => capture.Facts.SnapshotRows > 2_000, "in the snapshot");
        await capture.CrashAsync();
        var firstAttempt = ChangeLog.Read(database).Count;
        firstAttempt.ShouldBeInRange(1, Rows - 1);
        var slotBefore = await database.ScalarAsync<string>($"SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '{database.Slot}'");

        await database.ExecuteAsync(
            "DELETE FROM items WHERE id <= 500",
            "UPDATE items SET amount = 7 WHERE id BETWEEN 501 AND 600",
            "INSERT INTO items VALUES (200001, 1)", "DELETE FROM items WHERE id = 200001", "INSERT INTO items VALUES (200002, 1)");
        capture = await database.Capture().StreamingAsync();
        await database.CaughtUpAsync(capture);
        await capture.StopAsync();

        var log = ChangeLog.Read(database);
        SourceTables.Lines(AppliedTables.Of(log).Rows("items")).ShouldBe(SourceTables.Lines(await SourceTables.RowsAsync(database, "items", "id")));
        log.Count(change => change.Envelope.Operation == ChangeOperation.Delete).ShouldBe(501, "the deletes since the slot's start are streamed");
        log.Where(change => change.Value is not null && !change.Envelope.FromSnapshot).Min(change => change.Envelope.Source.Lsn)
            .ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(Lsn.Parse(slotBefore));
    }

    /// <summary>Recorded in vectors/late-commit: the change has a lower LSN than the snapshot row before it, and must win.</summary>
    [Fact]
    public async Task A_transaction_that_wrote_before_the_snapshot_and_commits_after_it_wins()
    {
        await using var database = await ItemsAsync("late", 3);
        await using var a = await database.OpenAsync();
        await using var b = await database.OpenAsync();
        await using var d = await database.OpenAsync();
        await RunAsync(a, "BEGIN; INSERT INTO items VALUES (100, 0)");
        var capture = database.Capture();
        await capture.StartAsync();
        await SlotWaitsForAsync(database, a);
        await RunAsync(b, "BEGIN; INSERT INTO items VALUES (101, 0)");
        await RunAsync(a, "COMMIT");
        await SlotWaitsForAsync(database, b);
        await RunAsync(d, "BEGIN; UPDATE items SET amount = 42 WHERE id = 1");
        await RunAsync(b, "COMMIT");
        await capture.UntilAsync(() => capture.Facts.Phase == "streaming", "streaming");
        await RunAsync(d, "COMMIT");
        await database.CaughtUpAsync(capture);
        await capture.StopAsync();

        var log = ChangeLog.Read(database);
        var ofRow = log.Where(change => change.KeyText == "{\"id\":1}").Select(change => change.Envelope).ToList();
        ofRow.Select(change => change.Operation).ShouldBe([ChangeOperation.Read, ChangeOperation.Update]);
        ofRow[1].Source.Lsn.ShouldNotBeNull().ShouldBeLessThan(ofRow[0].Source.Lsn!.Value, "the trap was not set: the change is younger than the snapshot");
        SourceTables.Lines(AppliedTables.Of(log).Rows("items")).ShouldBe(SourceTables.Lines(await SourceTables.RowsAsync(database, "items", "id")));
    }

    [Fact]
    public async Task Changes_made_while_the_snapshot_is_read_meet_it_without_gap_or_overlap()
    {
        await using var database = await ItemsAsync("during", 30_000);
        await using var capture = database.Capture();
        await capture.StartAsync();
        for (var i = 0; capture.Facts.Phase != "streaming" && i < 2_000; i++)
        {
            await database.ExecuteAsync($"UPDATE items SET amount = amount + 1 WHERE id = {1 + (i % 30_000)}", $"DELETE FROM items WHERE id = {15_000 + i}", $"INSERT INTO items VALUES ({100_000 + i}, 0)");
        }

        await capture.UntilAsync(() => capture.Facts.Phase == "streaming", "streaming");
        await database.CaughtUpAsync(capture);
        await capture.StopAsync();
        var log = ChangeLog.Read(database);
        SourceTables.Lines(AppliedTables.Of(log).Rows("items")).ShouldBe(SourceTables.Lines(await SourceTables.RowsAsync(database, "items", "id")));
        log.Where(change => change.Envelope.FromSnapshot).GroupBy(change => change.KeyText).ShouldAllBe(group => group.Count() == 1);
    }

    [Fact]
    public async Task No_snapshot_is_taken_twice()
    {
        await using var database = await ItemsAsync("once", 10);
        await (await database.Capture().StreamingAsync()).StopAsync();
        await (await database.Capture().StreamingAsync()).StopAsync();
        await using var third = await database.Capture().StreamingAsync();
        await third.CrashAsync();
        ChangeLog.Read(database).Count.ShouldBe(10);
    }

    [Fact]
    public async Task Mode_no_data_streams_only()
    {
        await using var database = await ItemsAsync("nodata", 10);
        database.Settings["Capture:SnapshotMode"] = "no_data";
        await using var capture = await database.Capture().StreamingAsync();
        await database.ExecuteAsync("INSERT INTO items VALUES (11, 0)");
        await capture.UntilAsync(() => capture.Facts.Events >= 1, "a change");
        await capture.StopAsync();
        ChangeLog.Read(database).Select(change => change.KeyText).ShouldBe(["{\"id\":11}"]);
    }

    [Fact]
    public async Task A_role_that_may_only_replicate_and_read_the_captured_tables_is_enough()
    {
        await using var database = await ItemsAsync("least", 5);
        var role = "least_" + database.Name;
        await database.ExecuteAsync($"CREATE ROLE {role} LOGIN REPLICATION", $"GRANT SELECT ON items TO {role}", "CREATE TABLE secrets (id int PRIMARY KEY)");
        database.Settings["Capture:ConnectionString"] = database.ConnectionString.Replace("Username=postgres", "Username=" + role, StringComparison.Ordinal);
        await using var capture = await database.Capture().StreamingAsync();
        await database.ExecuteAsync("INSERT INTO items VALUES (6, 0)");
        await database.CaughtUpAsync(capture);
        await capture.UntilAsync(() => capture.Facts.RetainedBytes is not null, "measuring the slot");
        await capture.StopAsync();
        ChangeLog.Read(database).Count.ShouldBe(6);
    }

    private static async Task SlotWaitsForAsync(CapturedDatabase database, Npgsql.NpgsqlConnection transaction)
    {
        var query = $"""
            SELECT EXISTS (
              SELECT FROM pg_locks waiting JOIN pg_locks held USING (transactionid)
              WHERE waiting.locktype = 'transactionid' AND NOT waiting.granted AND held.granted AND held.pid = {transaction.ProcessID})
            """;
        for (var tries = 0; !await database.ScalarAsync<bool>(query); tries++)
        {
            tries.ShouldBeLessThan(500, "slot creation does not wait for the transaction");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private async Task<CapturedDatabase> ItemsAsync(string name, int rows)
    {
        var database = await lab.DatabaseAsync(name);
        await database.ExecuteAsync("CREATE TABLE items (id int PRIMARY KEY, amount int)", $"INSERT INTO items SELECT i, 0 FROM generate_series(1, {rows}) i");
        await database.PublishAsync("items");
        return database;
    }

    private static async Task RunAsync(Npgsql.NpgsqlConnection connection, string sql)
    {
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
