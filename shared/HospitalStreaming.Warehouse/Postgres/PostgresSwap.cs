using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// Puts a warehouse that was made beside another in its place: all rows of raw, current and the loader's books in one transaction, so that readers
/// see the old state or the new one. Tables, views and grants stay as they are.
/// </summary>
/// <param name="source">Connections to the database of both.</param>
/// <param name="tables">Captured tables.</param>
public sealed class PostgresSwap(NpgsqlDataSource source, IReadOnlyList<TableDescription> tables)
{
    // The loader's fence guards the swap itself; signals go on counting.
    private static readonly string[] Kept = ["fences", "signals"];

    /// <summary>Makes the tables of current for a warehouse beside another, with the columns and types that the one in place has by now. Idempotent.</summary>
    public async Task PrepareAsync(WarehouseNames place, WarehouseNames made, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await RunAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {made.Current}", cancellation);
        foreach (var table in tables.Where(table => table.HasKey))
        {
            await RunAsync(
                connection, $"CREATE TABLE IF NOT EXISTS {PostgresTables.Current(made, table)} (LIKE {PostgresTables.Current(place, table)} INCLUDING ALL)", cancellation);
        }
    }

    /// <summary>
    /// Swaps, and drops the one that was made. False where the one in place has been loaded further meanwhile: load on and try again. Any loader of
    /// the one in place is fenced off by it, and goes on from the new positions when it has taken over.
    /// </summary>
    public async Task<bool> SwapAsync(WarehouseNames made, WarehouseNames place, CancellationToken cancellation)
    {
        var ledger = new Ledger(place);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Holds the fence until the end: no load takes effect in between.
        await ledger.HoldFenceAsync(connection, await ledger.TakeFenceAsync(connection, cancellation), cancellation);
        var reached = await new Ledger(made).PositionsAsync(connection, cancellation);
        foreach (var position in await ledger.PositionsAsync(connection, cancellation))
        {
            if (reached.FirstOrDefault(other => other.Stream == position.Stream) is not { } other || other.Next < position.Next)
            {
                await transaction.RollbackAsync(cancellation);
                return false;
            }
        }

        foreach (var table in tables)
        {
            await CopyAsync(connection, made.Raw, place.Raw, table.Name, cancellation);
            if (table.HasKey)
            {
                await CopyAsync(connection, made.Current, place.Current, table.Name, cancellation);
            }
        }

        foreach (var book in (await NamesAsync(connection, "SELECT table_name FROM information_schema.tables WHERE table_schema = @schema ORDER BY 1", made.Line, string.Empty, cancellation)).Except(Kept))
        {
            await CopyAsync(connection, made.Line, place.Line, book, cancellation);
        }

        await RunAsync(
            connection,
            $"SELECT setval(pg_get_serial_sequence('{place.Line}.loads', 'load_id'), (SELECT COALESCE(max(load_id), 0) + 1 FROM {place.Line}.loads), false)",
            cancellation);
        await ledger.SignalAsync(connection, tables.Select(table => table.Name), cancellation);
        await RunAsync(connection, $"DROP SCHEMA {made.Raw}, {made.Current}, {made.Views}, {made.Line} CASCADE", cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string from, string into, string table, CancellationToken cancellation)
    {
        var columns = string.Join(", ", (await NamesAsync(
            connection, "SELECT column_name FROM information_schema.columns WHERE table_schema = @schema AND table_name = @table ORDER BY ordinal_position", from, table, cancellation))
            .Select(PostgresTables.Quote));
        var name = PostgresTables.Quote(table);
        foreach (var (column, type) in await MissingAsync(connection, from, into, table, cancellation))
        {
            await RunAsync(connection, $"ALTER TABLE {into}.{name} ADD COLUMN {PostgresTables.Quote(column)} {type}", cancellation);
        }

        await RunAsync(
            connection, $"DELETE FROM {into}.{name}; INSERT INTO {into}.{name} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {from}.{name}", cancellation);
    }

    // Columns that messages have brought to the one that was made, and to the one in place not yet.
    private static async Task<List<(string Column, string Type)>> MissingAsync(NpgsqlConnection connection, string from, string into, string table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute a WHERE attrelid = @from::regclass AND attnum > 0 AND NOT attisdropped
              AND NOT EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = @into::regclass AND o.attname = a.attname AND NOT o.attisdropped) ORDER BY attnum
            """,
            connection);
        command.Parameters.AddWithValue("from", $"{from}.{PostgresTables.Quote(table)}");
        command.Parameters.AddWithValue("into", $"{into}.{PostgresTables.Quote(table)}");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var missing = new List<(string Column, string Type)>();
        while (await reader.ReadAsync(cancellation))
        {
            missing.Add((reader.GetString(0), reader.GetString(1)));
        }

        return missing;
    }

    private static async Task<List<string>> NamesAsync(NpgsqlConnection connection, string sql, string schema, string table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("schema", schema);
        command.Parameters.AddWithValue("table", table);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var names = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
