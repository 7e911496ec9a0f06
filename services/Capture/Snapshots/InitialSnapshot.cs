using HospitalStreaming.Capture.Publishing;
using HospitalStreaming.Capture.Source;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using Npgsql;

namespace HospitalStreaming.Capture.Snapshots;

/// <summary>
/// Reads every row of every captured table in one snapshot and sends it as op r, tables in the order of the include list. Taken with the slot's exported snapshot
/// it meets the stream without gap or overlap. Taken again after a crash it uses a later one: the stream, which always starts at the slot's own
/// first point, then repeats what the rows already show, in commit order behind them, so that per key the last change wins, and a row that an
/// earlier attempt sent and somebody deleted since gets its delete.
/// </summary>
internal sealed class InitialSnapshot(SnapshotPlanner planner, ChangeEncoder encoder, ChangePublisher publisher, TransactionLedger ledger, CaptureStatus status, TimeProvider clock)
{
    private const int ProgressRows = 256;
    private readonly List<EncodedChange> _messages = [];
    private long _rows;

    /// <summary>Sends the snapshot and waits for the broker's acknowledgement of all of it.</summary>
    /// <param name="connection">Its own connection.</param>
    /// <param name="snapshotName">The slot's exported snapshot; null for one of its own.</param>
    /// <param name="cancellation">Ends it; the next run takes it again.</param>
    public async Task RunAsync(NpgsqlConnection connection, string? snapshotName, CancellationToken cancellation)
    {
        var (micros, current, transactionId) = await SourceCatalog.NowAsync(connection, cancellation);
        await ExecuteAsync(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellation);
        if (snapshotName is not null)
        {
            await ExecuteAsync(connection, "SET TRANSACTION SNAPSHOT '" + snapshotName + "'", cancellation);
        }

        var tables = await planner.PlanAsync(connection, cancellation);
        var ticket = ledger.Open(clock.GetUtcNow());
        var position = new ChangePosition(current, null, transactionId, micros);
        await SendAsync(connection, tables, position, ticket, cancellation);
        ledger.Close(ticket, current);
        await ledger.EmptyAsync(cancellation);
        Progress();
        await ExecuteAsync(connection, "COMMIT", cancellation);
    }

    // One row is held back, because only the row after it (or the end) tells which of Debezium's markers it carries.
    private async Task SendAsync(
        NpgsqlConnection connection, IReadOnlyList<SnapshotTable> tables, ChangePosition position, TransactionTicket ticket, CancellationToken cancellation)
    {
        var (held, next) = (new RowTuple(), new RowTuple());
        SnapshotTable? heldTable = null;
        var heldIsFirst = false;
        foreach (var table in tables)
        {
            await using var copy = await connection.BeginRawBinaryCopyAsync(table.CopyStatement, cancellation);
            var reader = new BinaryCopyReader(copy);
            var first = true;
            while (await reader.ReadAsync(next, cancellation))
            {
                if (heldTable is not null)
                {
                    var marker = first ? SnapshotMarker.LastInTable
                        : _rows == 0 ? SnapshotMarker.First
                        : heldIsFirst ? SnapshotMarker.FirstInTable : SnapshotMarker.Within;
                    await SendAsync(heldTable, held, position with { Snapshot = marker }, ticket, cancellation);
                }

                (held, next) = (next, held);
                (heldTable, heldIsFirst, first) = (table, first, false);
            }
        }

        if (heldTable is not null)
        {
            await SendAsync(heldTable, held, position with { Snapshot = SnapshotMarker.Last }, ticket, cancellation);
        }
    }

    private async ValueTask SendAsync(SnapshotTable table, RowTuple row, ChangePosition position, TransactionTicket ticket, CancellationToken cancellation)
    {
        _messages.Clear();
        encoder.Insert(table.Encoder, row, position, clock.GetUtcNow(), _messages);
        await publisher.SendAsync(table.Topic, _messages[0], ticket, cancellation);
        _rows++;
        if (_rows % ProgressRows == 0)
        {
            Progress();
        }
    }

    private void Progress() => status.Update(facts => facts with { SnapshotRows = _rows, InFlightBytes = ledger.InFlightBytes });

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
