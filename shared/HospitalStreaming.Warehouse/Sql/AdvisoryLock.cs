using Npgsql;

namespace HospitalStreaming.Warehouse.Sql;

/// <summary>A session's advisory lock; PostgreSQL gives it back by itself when the connection is lost.</summary>
internal sealed class AdvisoryLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly long _key;
    private readonly bool _owned;

    private AdvisoryLock(NpgsqlConnection connection, long key, bool owned) => (_connection, _key, _owned) = (connection, key, owned);

    public static async Task<AdvisoryLock> TakeAsync(NpgsqlConnection connection, long key, CancellationToken cancellation, bool owned = false)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({key})", connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
        return new AdvisoryLock(connection, key, owned);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection.FullState == System.Data.ConnectionState.Open)
        {
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_unlock({_key})", _connection);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }

        if (_owned)
        {
            await _connection.DisposeAsync();
        }
    }
}
