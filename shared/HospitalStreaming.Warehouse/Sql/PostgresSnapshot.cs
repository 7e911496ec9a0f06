using Npgsql;

namespace HospitalStreaming.Warehouse.Sql;

/// <summary>A REPEATABLE READ transaction of PostgreSQL.</summary>
internal sealed class PostgresSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction) : IWarehouseSnapshot
{
    /// <inheritdoc/>
    public async Task<WarehouseRows> QueryAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation)
    {
        await using var command = Command(sql, parameters);
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            return await PostgresRows.ReadAsync(reader, cancellation);
        }
        catch (PostgresException error)
        {
            throw Plain(error);
        }
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation)
    {
        await using var command = Command(sql, parameters);
        try
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException error)
        {
            throw Plain(error);
        }
    }

    /// <summary>Only messages about the SQL itself (class 42) are passed on: others may quote a row's values.</summary>
    internal static WarehouseSqlException Plain(PostgresException error) => new(error.SqlState, error.SqlState switch
    {
        _ when error.SqlState.StartsWith("42", StringComparison.Ordinal) => error.MessageText,
        "21000" => "two rows have the same key",
        "23505" => "two rows have the same key",
        "23502" => "a key column is null",
        "57014" => "it took too long",
        _ => "the database refused it",
    });

    private NpgsqlCommand Command(string sql, IReadOnlyDictionary<string, object?> parameters)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
