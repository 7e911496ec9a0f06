using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Warehouse.Postgres;
using Npgsql;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>The hospital's database, read with one REPEATABLE READ transaction.</summary>
/// <param name="source">Connections to it; the role needs SELECT on the captured tables.</param>
/// <param name="slot">Capture's replication slot.</param>
public sealed class PostgresLineSource(NpgsqlDataSource source, string slot) : ILineSource
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public async Task<SourceSnapshot> ReadAsync(
        IReadOnlyList<TableDescription> tables, Func<SourceType, string, string?> compared, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await RunAsync(connection, $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {PrintedColumns.Settings("LOCAL ")}", cancellation);
        var opened = Stopwatch.GetTimestamp();

        // The position is read after the snapshot is taken: everything it sees was in the log before.
        var view = TransactionView.Parse(await TextAsync(connection, "SELECT pg_current_snapshot()::text", cancellation));
        var at = Lsn.Parse(await TextAsync(connection, "SELECT pg_current_wal_insert_lsn()::text", cancellation));
        var read = new Dictionary<string, Dictionary<RowKey, ulong[]>>(StringComparer.Ordinal);
        var unread = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            unread[table.Name] = await SourceColumns.UnreadAsync(source, table, cancellation);
            if (SourceColumns.HasComparableKey(table) && (table.Columns.All(column => column.Type is null) || !table.Key.Any(unread[table.Name].Contains)))
            {
                read[table.Name] = await ReadAsync(connection, table, unread[table.Name], compared, cancellation);
            }
        }

        await RunAsync(connection, "COMMIT", cancellation);
        return new SourceSnapshot(view, at, read, Stopwatch.GetElapsedTime(opened)) { Unread = unread };
    }

    /// <inheritdoc/>
    public async Task<string?> WaitStreamingAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        // A slot is born confirmed up to its own start, and in use while it is being made: neither says that the first snapshot is out. Only a
        // confirmation of something written after the slot was there comes from a stream, and that starts when the snapshot is done. So it is
        // with Debezium too.
        var started = Stopwatch.GetTimestamp();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        Lsn? mark = null;
        while (true)
        {
            var confirmed = await ConfirmedAsync(connection, cancellation);
            if (confirmed >= mark)
            {
                return null;
            }

            if (Stopwatch.GetElapsedTime(started) > atMost)
            {
                return confirmed is null
                    ? $"not finished: the replication slot {slot} does not exist; capture has not begun its first snapshot, or does not run, or Capture:SlotName is another"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"not finished: capture is still reading its first snapshot, or does not run: in {atMost.TotalSeconds:0} s it confirmed nothing (slot {slot}, {confirmed})");
            }

            if (confirmed is not null)
            {
                var written = await WriteAsync(connection, cancellation);
                mark ??= written;
            }

            await Task.Delay(Between, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<string?> WaitCapturedAsync(Lsn position, TimeSpan atMost, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        while (true)
        {
            var confirmed = await ConfirmedAsync(connection, cancellation);
            if (confirmed >= position)
            {
                return null;
            }

            if (Stopwatch.GetElapsedTime(started) > atMost)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"not finished: capture confirmed up to {confirmed} and not up to {position} within {atMost.TotalSeconds:0} s: it is far behind, or does not run");
            }

            await WriteAsync(connection, cancellation);
            await Task.Delay(Between, cancellation);
        }
    }

    /// <summary>Writes what carries the slot of an idle database forward; where that ends in the log.</summary>
    private static async Task<Lsn> WriteAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        Lsn.Parse(await TextAsync(connection, "SELECT pg_logical_emit_message(false, 'hospital.verify', '')::text", cancellation));

    private async Task<Lsn?> ConfirmedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = @slot", connection);
        command.Parameters.AddWithValue("slot", slot);
        return await command.ExecuteScalarAsync(cancellation) is string confirmed ? Lsn.Parse(confirmed) : null;
    }

    private static async Task<Dictionary<RowKey, ulong[]>> ReadAsync(
        NpgsqlConnection connection, TableDescription table, IReadOnlySet<string> unread, Func<SourceType, string, string?> compared, CancellationToken cancellation)
    {
        if (table.Key.Any(unread.Contains))
        {
            return [];
        }

        var lost = SourceColumns.LostOf(table);
        var columns = string.Join(", ", table.Columns.Select(column =>
            unread.Contains(column.Name) || lost.Contains(column.Name) ? "NULL" : SourceColumns.Print(column, PostgresTables.Quote(column.Name))));
        await using var command = new NpgsqlCommand($"SELECT {columns} FROM public.{PostgresTables.Quote(table.Name)}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var values = new object?[table.Columns.Length];
        var key = new TableKey(table);
        var rows = new Dictionary<RowKey, ulong[]>();
        while (await reader.ReadAsync(cancellation))
        {
            TypedRow.Read(reader, 0, table, values);
            var own = key.Of(values);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = values[i] is string text && table.Columns[i].Type is { } type ? compared(type, text) : values[i];
            }

            rows.Add(own, RowDigest.Of(values));
        }

        return rows;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<string> TextAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
