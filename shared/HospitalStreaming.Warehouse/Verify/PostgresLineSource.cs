using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using Npgsql;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>The hospital's database, read with one REPEATABLE READ transaction.</summary>
/// <param name="source">Connections to it; the role needs SELECT on the captured tables.</param>
/// <param name="slot">Capture's replication slot.</param>
public sealed class PostgresLineSource(NpgsqlDataSource source, string slot) : ILineSource
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task<SourceSnapshot> ReadAsync(IReadOnlyList<TableDescription> tables, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await RunAsync(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellation);
        var opened = Stopwatch.GetTimestamp();

        // The position is read after the snapshot is taken: everything it sees was in the log before.
        var view = TransactionView.Parse(await TextAsync(connection, "SELECT pg_current_snapshot()::text", cancellation));
        var at = Lsn.Parse(await TextAsync(connection, "SELECT pg_current_wal_insert_lsn()::text", cancellation));
        var read = new Dictionary<string, Dictionary<long, ulong[]>>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            read[table.Name] = await ReadAsync(connection, table, cancellation);
        }

        await RunAsync(connection, "COMMIT", cancellation);
        return new SourceSnapshot(view, at, read, Stopwatch.GetElapsedTime(opened));
    }

    /// <inheritdoc/>
    public async Task<string?> WaitStreamingAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        while (true)
        {
            var (confirmed, streaming) = await SlotAsync(connection, cancellation);
            if (streaming)
            {
                return null;
            }

            if (Stopwatch.GetElapsedTime(started) > atMost)
            {
                return confirmed is null
                    ? $"the replication slot {slot} does not exist: is capture running, and is Capture:SlotName right?"
                    : $"nobody reads the replication slot {slot}: is capture running, and is its first snapshot done?";
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
            // An idle database writes nothing that would carry the slot forward.
            await TextAsync(connection, "SELECT pg_logical_emit_message(false, 'hospital.verify', '')::text", cancellation);
            var (confirmed, _) = await SlotAsync(connection, cancellation);
            if (confirmed >= position)
            {
                return null;
            }

            if (Stopwatch.GetElapsedTime(started) > atMost)
            {
                return string.Create(
                    CultureInfo.InvariantCulture, $"capture confirmed up to {confirmed} and not up to {position} within {atMost.TotalSeconds:0} s: is it running?");
            }

            await Task.Delay(Between, cancellation);
        }
    }

    private async Task<(Lsn? Confirmed, bool Streaming)> SlotAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT confirmed_flush_lsn::text, active FROM pg_replication_slots WHERE slot_name = @slot AND confirmed_flush_lsn IS NOT NULL", connection);
        command.Parameters.AddWithValue("slot", slot);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (Lsn.Parse(reader.GetString(0)), reader.GetBoolean(1)) : (null, false);
    }

    private static async Task<Dictionary<long, ulong[]>> ReadAsync(NpgsqlConnection connection, TableDescription table, CancellationToken cancellation)
    {
        var columns = string.Join(", ", table.Columns.Select(column => $"\"{column.Name}\""));
        await using var command = new NpgsqlCommand($"SELECT {columns} FROM public.\"{table.Name}\"", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var values = new object?[table.Columns.Length];
        var keyIndex = table.Columns.IndexOf(table.Required(table.KeyColumn));
        var rows = new Dictionary<long, ulong[]>();
        while (await reader.ReadAsync(cancellation))
        {
            TypedRow.Read(reader, 0, table, values);
            rows.Add(Convert.ToInt64(values[keyIndex], CultureInfo.InvariantCulture), RowDigest.Of(values));
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
