using Npgsql;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>Counts the records that a warehouse has taken in, by the loader's own books: they are written in the transaction that makes rows visible.</summary>
internal sealed class LoadedRecords(NpgsqlDataSource source, string dataset) : IDisposable
{
    private readonly NpgsqlConnection _connection = source.OpenConnection();

    internal long Count()
    {
        using var command = new NpgsqlCommand($"SELECT coalesce(sum(rows), 0)::bigint FROM {dataset}_line.positions", _connection);
        try
        {
            return (long)command.ExecuteScalar()!;
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return 0;
        }
    }

    public void Dispose() => _connection.Dispose();
}
