using HospitalStreaming.Core.Changes;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Verify;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using NpgsqlTypes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>
/// Verify right after a first start. A new slot is in use and confirmed up to its own start before one row of the first snapshot is out; on an
/// idle database that start is even where verify's own reading is. Whoever captures, verify must wait, and call nothing missing.
/// </summary>
[Collection(WarehouseCollection.Name)]
public sealed class FirstSnapshotTests(WarehouseServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Does_not_call_rows_missing_that_the_first_snapshot_has_not_published_yet()
    {
        await using var line = await VerifyLine.StartAsync(servers, "first", capture: false);
        await VerifyBed.FillRowsAsync(line);
        await using var capture = await SlotReader.StartAsync(line.Hospital.ConnectionString, line.Slot);
        (await line.VerifyWithoutMartsAsync(TimeSpan.FromSeconds(1))).ShouldSatisfyAllConditions(
            report => report.Checks.ShouldAllBe(check => check.IsClean),
            report => report.ExitCode.ShouldBe(3),
            report => report.Checks[0].NotChecked.ShouldNotBeNull().ShouldStartWith("not finished: capture is still reading its first snapshot"));
    }

    [Fact]
    public async Task Waits_until_something_written_after_the_slot_is_confirmed()
    {
        await using var database = await TestDatabase.CreateAsync(servers, "hospital_slot_wait");
        await using var capture = await SlotReader.StartAsync(database.ConnectionString, "slot_wait");
        var source = new PostgresLineSource(database.Source, "slot_wait");
        (await source.WaitStreamingAsync(TimeSpan.FromSeconds(0.5), Token)).ShouldNotBeNull();

        var waiting = source.WaitStreamingAsync(TimeSpan.FromSeconds(20), Token);
        await capture.ConfirmAllAsync(database, waiting);
        (await waiting).ShouldBeNull();

        await database.TextAsync("SELECT pg_logical_emit_message(true, 'test', '')::text");
        var snapshot = await source.ReadAsync([], static (_, text) => text, Token);
        (await source.WaitCapturedAsync(snapshot.At, TimeSpan.FromSeconds(0.3), Token)).ShouldNotBeNull().ShouldStartWith("not finished: capture confirmed up to");
        var captured = source.WaitCapturedAsync(snapshot.At, TimeSpan.FromSeconds(20), Token);
        await capture.ConfirmAllAsync(database, captured);
        (await captured).ShouldBeNull();
    }

    [Fact]
    public async Task Is_clean_when_it_is_asked_while_a_line_starts_for_the_first_time()
    {
        await using var line = await VerifyLine.StartAsync(servers, "starting");
        await VerifyBed.FillRowsAsync(line);
        var report = await line.VerifyWithoutMartsAsync(TimeSpan.FromSeconds(60));
        report.Checks.ShouldAllBe(check => check.IsClean, string.Join('\n', report.Lines()));
        report.Checks[0].NotChecked.ShouldBeNull();
        report.Checks[0].Counted.ShouldContain(line => line.StartsWith("visits: 2,000 rows", StringComparison.Ordinal));
    }

    /// <summary>Some capture: makes its slot, holds it in use, and confirms only when told.</summary>
    private sealed class SlotReader : IAsyncDisposable
    {
        private readonly string _server;
        private readonly string _slot;
        private readonly LogicalReplicationConnection _connection;
        private readonly CancellationTokenSource _end = new();
        private Task _reading = Task.CompletedTask;

        private SlotReader(string server, string slot) => (_server, _slot, _connection) = (server, slot, new LogicalReplicationConnection(server));

        public static async Task<SlotReader> StartAsync(string server, string slot)
        {
            var reader = new SlotReader(server, slot);
            await reader._connection.Open(Token);
            reader._connection.WalReceiverStatusInterval = Timeout.InfiniteTimeSpan;
            await using (var source = NpgsqlDataSource.Create(server))
            await using (var publication = source.CreateCommand("CREATE PUBLICATION slot_reader"))
            {
                await publication.ExecuteNonQueryAsync(Token);
            }

            var made = await reader._connection.CreatePgOutputReplicationSlot(slot, cancellationToken: Token);
            reader._reading = reader.ReadAsync(made);
            return reader;
        }

        public async Task ConfirmAllAsync(TestDatabase database, Task until)
        {
            while (!until.IsCompleted)
            {
                _connection.SetReplicationStatus(new NpgsqlLogSequenceNumber(Lsn.Parse(await database.TextAsync("SELECT pg_current_wal_flush_lsn()")).Value));
                await _connection.SendStatusUpdate(Token);
                await Task.WhenAny(until, Task.Delay(TimeSpan.FromMilliseconds(50), Token));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _reading.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await _connection.DisposeAsync();
            _end.Dispose();
            await using var source = NpgsqlDataSource.Create(_server);
            await using var drop = source.CreateCommand("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = @slot");
            drop.Parameters.AddWithValue("slot", _slot);
            await drop.ExecuteNonQueryAsync(CancellationToken.None);
        }

        private async Task ReadAsync(PgOutputReplicationSlot slot)
        {
            var options = new PgOutputReplicationOptions("slot_reader", PgOutputProtocolVersion.V1);
            await foreach (var _ in _connection.StartReplication(slot, options, _end.Token))
            {
                // Read, and not confirmed.
            }
        }
    }
}
