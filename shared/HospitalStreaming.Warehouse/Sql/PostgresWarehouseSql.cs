using System.Diagnostics;
using HospitalStreaming.Core.Naming;
using Npgsql;

namespace HospitalStreaming.Warehouse.Sql;

/// <summary>The warehouse on PostgreSQL.</summary>
public sealed class PostgresWarehouseSql(NpgsqlDataSource source, WarehouseNames names) : IWarehouseSql
{
    /// <inheritdoc/>
    public SqlDialect Dialect => SqlDialect.Postgres;

    /// <inheritdoc/>
    public async Task ExecuteAsync(IReadOnlyList<string> statements, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async Task<WarehouseRows> QueryAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync(cancellation))
        {
            var row = new object?[columns.Length];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : Plain(reader, i);
            }

            rows.Add(row);
        }

        return new WarehouseRows(columns, rows);
    }

    /// <inheritdoc/>
    public async Task<long> WaitForSignalAsync(string signal, long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using (var listen = new NpgsqlCommand($"LISTEN {SignalNames.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            // Read after LISTEN: a change between the two wakes the wait below.
            var version = await VersionAsync(connection, signal, cancellation);
            var left = atMost - Stopwatch.GetElapsedTime(started);
            if (version > seen || left <= TimeSpan.Zero)
            {
                return version;
            }

            await connection.WaitAsync(left, cancellation);
        }
    }

    private async Task<long> VersionAsync(NpgsqlConnection connection, string signal, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT version FROM {names.Line}.signals WHERE name = @name", connection);
        command.Parameters.AddWithValue("name", signal);
        return await command.ExecuteScalarAsync(cancellation) is long version ? version : 0;
    }

    private static object Plain(NpgsqlDataReader reader, int column) => reader.GetFieldType(column) switch
    {
        var type when type == typeof(DateTime) && reader.GetDataTypeName(column) == "date" => reader.GetFieldValue<DateOnly>(column),
        var type when type == typeof(DateTime) => new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc)),
        var type when type == typeof(int) => (long)reader.GetInt32(column),
        var type when type == typeof(short) => (long)reader.GetInt16(column),
        _ => reader.GetValue(column),
    };
}
