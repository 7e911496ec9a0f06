using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// Puts a warehouse that was made beside another in its place: all rows of raw, current and the loader's books in one transaction, so that readers
/// see the old state or the new one. Tables, views and grants stay as they are.
/// </summary>
/// <param name="source">Connections to the database of both.</param>
/// <param name="place">Names of the one in place.</param>
/// <param name="inCode">Captured tables that are known in code; those that the lake describes are made anew too.</param>
/// <param name="lake">The lake.</param>
/// <param name="transactionPatience">How long a transaction that is not whole is waited for; null for <see cref="TransactionPatience.Default"/>.</param>
/// <param name="alikeRefusals">Rows refused in a row for the same column that stop a table; 0 for never.</param>
public sealed class PostgresSwap(
    NpgsqlDataSource source,
    WarehouseNames place,
    IReadOnlyList<TableDescription> inCode,
    ILake lake,
    TimeSpan? transactionPatience = null,
    int alikeRefusals = WarehouseOptions.DefaultAlikeRefusals) : IWarehouseSwap
{
    // The loader's fence guards the swap itself; signals go on counting.
    private static readonly string[] Kept = ["fences", "signals"];

    private readonly WarehouseNames _made = place.Beside;
    private IReadOnlyList<TableDescription> _tables = [];

    /// <inheritdoc/>
    public Task<long?> FinishAsync(CancellationToken cancellation) => Task.FromResult<long?>(null);

    /// <inheritdoc/>
    public async Task<IWarehouse> BeginAsync(CancellationToken cancellation)
    {
        var inPlace = new PostgresWarehouse(source, place, inCode, lake);
        await inPlace.EnsureAsync(cancellation);
        _tables = inPlace.Tables;
        var warehouse = await MadeAsync(cancellation);
        if (RebuiltTables.AreOthers(warehouse.Tables, _tables))
        {
            // It was begun before somebody gave a column another type.
            await using (var connection = await source.OpenConnectionAsync(cancellation))
            {
                await RunAsync(connection, DropMade, cancellation);
            }

            warehouse = await MadeAsync(cancellation);
        }

        await warehouse.TakeOverAsync(cancellation);
        return warehouse;
    }

    private string DropMade => $"DROP SCHEMA {_made.Raw}, {_made.Current}, {_made.Views}, {_made.Line} CASCADE";

    private async Task<PostgresWarehouse> MadeAsync(CancellationToken cancellation)
    {
        await PrepareAsync(_made, cancellation);
        var warehouse = new PostgresWarehouse(source, _made, inCode, lake, transactionPatience, alikeRefusals);
        await warehouse.EnsureAsync(cancellation);
        return warehouse;
    }

    // Tables of current with the columns and types that the one in place has by now.
    private async Task PrepareAsync(WarehouseNames made, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await RunAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {made.Current}", cancellation);
        foreach (var table in _tables.Where(table => table.HasKey))
        {
            await RunAsync(
                connection, $"CREATE TABLE IF NOT EXISTS {PostgresTables.Current(made, table)} (LIKE {PostgresTables.Current(place, table)} INCLUDING ALL)", cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> SwapAsync(Func<Task> loadOn, CancellationToken cancellation)
    {
        var made = _made;
        var ledger = new Ledger(place);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Holds the fence until the end: no load takes effect in between.
        await ledger.HoldFenceAsync(connection, await ledger.TakeFenceAsync(connection, cancellation), cancellation);
        if (!await HasReachedAsync(connection, cancellation))
        {
            await loadOn();
            if (!await HasReachedAsync(connection, cancellation))
            {
                await transaction.RollbackAsync(cancellation);
                return false;
            }
        }

        foreach (var table in _tables)
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
        await ledger.SignalAsync(connection, _tables.Select(table => table.Name), cancellation);
        await RunAsync(connection, DropMade, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    // Whether the one that was made has come as far as the one in place.
    private async Task<bool> HasReachedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var reached = (await new Ledger(_made).PositionsAsync(connection, cancellation)).ToDictionary(position => position.Stream, position => position.Next);
        return (await new Ledger(place).PositionsAsync(connection, cancellation)).All(position => reached.TryGetValue(position.Stream, out var next) && next >= position.Next);
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
