using HospitalStreaming.Hosting.Health;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>Neighbours that go away, are slow, or send much.</summary>
[Collection(CaptureCollection.Name)]
public sealed class OutageTests(CaptureLab lab)
{
    [Fact]
    public async Task A_broker_that_is_away_costs_nothing_and_the_session_at_the_source_stays()
    {
        await using var database = await TableAsync("broker");
        await database.ExecuteAsync($"ALTER DATABASE {database.Name} SET wal_sender_timeout = '2s'");
        await using var capture = await database.Capture().StreamingAsync();
        await database.ExecuteAsync("INSERT INTO items SELECT i, 0 FROM generate_series(1, 100) i");
        await database.CaughtUpAsync(capture);
        const string Sender = "SELECT COALESCE(max(pid), 0) FROM pg_stat_replication WHERE application_name = 'hospital-capture'";
        var sender = await database.ScalarAsync<int>(Sender);
        await lab.StopBrokerAsync();
        try
        {
            await database.ExecuteAsync("INSERT INTO items SELECT i, 0 FROM generate_series(101, 200) i", "SELECT pg_sleep(5)");
            capture.Facts.Events.ShouldBe(100);
            (await database.ScalarAsync<int>(Sender)).ShouldBe(sender, "wal_sender_timeout ended the session");
        }
        finally
        {
            await lab.StartBrokerAsync();
        }

        await database.CaughtUpAsync(capture);
        await capture.StopAsync();
        ChangeLog.Read(database).Select(change => change.KeyText).Distinct().Count().ShouldBe(200);
    }

    [Fact]
    public async Task A_PostgreSQL_that_restarts_is_found_again()
    {
        await using var database = await TableAsync("restart");
        await using var capture = await database.Capture().StreamingAsync();
        await database.ExecuteAsync("INSERT INTO items SELECT i, 0 FROM generate_series(1, 50) i");
        await capture.UntilAsync(() => capture.Facts.Events >= 50, "50 acknowledged");
        await lab.StopPostgresAsync();
        await lab.StartPostgresAsync();
        await database.ExecuteAsync("INSERT INTO items SELECT i, 0 FROM generate_series(51, 100) i");
        await database.CaughtUpAsync(capture);
        await capture.UntilAsync(() => capture.Health is { Condition: RoleCondition.Healthy }, "healthy again");
        await capture.StopAsync();
        var log = ChangeLog.Read(database);
        log.Select(change => change.KeyText).Distinct().Count().ShouldBe(100);
    }

    /// <summary>A failover's proxy, or an administrator: each cut meets reading, confirming and the beginning of a stream at another point.</summary>
    [Fact]
    public async Task A_stream_that_is_cut_again_and_again_goes_on_each_time()
    {
        const int Cuts = 25;
        await using var database = await TableAsync("cuts");
        database.Settings["Capture:StatusUpdateIntervalMs"] = "50";
        database.Settings["Capture:OffsetFlushIntervalMs"] = "50";
        await using var capture = await database.Capture().StreamingAsync();
        await database.ExecuteAsync("INSERT INTO items SELECT i, 0 FROM generate_series(1, 20) i");
        for (var cut = 1; cut <= Cuts; cut++)
        {
            await database.ExecuteAsync(
                $"UPDATE items SET amount = {cut}",
                $"""
                DO $$ BEGIN
                  WHILE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{database.Slot}' AND active) LOOP PERFORM pg_sleep(0.001); END LOOP;
                  PERFORM pg_sleep({cut % 50} / 1000.0);
                  PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '{database.Slot}' AND active;
                END $$
                """);
        }

        await database.CaughtUpAsync(capture);
        await capture.StopAsync();
        SourceTables.Lines(AppliedTables.Of(ChangeLog.Read(database)).Rows("items")).ShouldBe(SourceTables.Lines(await SourceTables.RowsAsync(database, "items", "id")));
    }

    [Fact]
    public async Task A_transaction_of_200000_rows_passes_in_bounded_memory()
    {
        const int Rows = 200_000;
        await using var database = await TableAsync("large");
        database.Settings["Capture:MaxInFlightBytes"] = (4 * 1024 * 1024).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using var capture = await database.Capture().StreamingAsync();
        await RestartTests.CopyAsync(database, Rows);
        var most = 0L;
        await capture.UntilAsync(
            () =>
            {
                most = Math.Max(most, capture.Facts.InFlightBytes);
                return capture.Facts.Events >= Rows;
            },
            "all acknowledged",
            90);
        most.ShouldBeLessThan(5 * 1024 * 1024);
        await database.CaughtUpAsync(capture);
        capture.Facts.Transactions.ShouldBe(1);
        await capture.StopAsync();
    }

    [Fact]
    public async Task An_idle_captured_database_does_not_hold_the_log_that_others_write()
    {
        await using var idle = await TableAsync("idle");
        await using var busy = await TableAsync("busy");
        await using var capture = await idle.Capture().StreamingAsync();
        await busy.ExecuteAsync("INSERT INTO items SELECT i, 0 FROM generate_series(1, 50000) i");
        await idle.CaughtUpAsync(capture);
        ChangeLog.Read(idle).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_commit_is_in_its_topic_within_a_tenth_of_a_second()
    {
        await using var database = await TableAsync("quick");
        await using var capture = await database.Capture().StreamingAsync();
        var lags = new List<double>();
        for (var i = 1; i <= 40; i++)
        {
            await database.ExecuteAsync($"INSERT INTO items VALUES ({i}, 0)");
            await capture.UntilAsync(() => capture.Facts.Events >= i, "acknowledged");
            lags.Add(capture.Facts.LagSeconds!.Value);
        }

        // The median: the machine may be busy with other suites.
        lags.Order().ElementAt(20).ShouldBeLessThan(0.1, string.Join(' ', lags));
        TestContext.Current.SendDiagnosticMessage($"commit to acknowledgement: median {lags.Order().ElementAt(20):0.0000} s, worst {lags.Max():0.0000} s");
    }

    private async Task<CapturedDatabase> TableAsync(string name)
    {
        var database = await lab.DatabaseAsync(name);
        await database.ExecuteAsync("CREATE TABLE items (id int PRIMARY KEY, amount int)");
        await database.PublishAsync("items");
        return database;
    }
}
