using System.Data;
using System.Diagnostics;
using HospitalStreaming.Core.Naming;
using Npgsql;

namespace HospitalStreaming.Warehouse.Sql;

/// <summary>The warehouse on PostgreSQL.</summary>
public sealed class PostgresWarehouseSql(NpgsqlDataSource source, WarehouseNames names) : ISnapshotSql
{
    private static readonly Dictionary<string, object?> NoParameters = [];

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
        return await PostgresRows.ReadAsync(reader, cancellation);
    }

    /// <inheritdoc/>
    public async Task<T> InSnapshotAsync<T>(
        SnapshotMode mode, Func<IWarehouseSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);

        // The lock comes before the snapshot: taken inside, the snapshot would be older than the end of the wait.
        await using var held = mode.Lock is { } key ? await AdvisoryLock.TakeAsync(connection, key, cancellation) : null;
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var snapshot = new PostgresSnapshot(connection, transaction);
        if (!mode.Writes)
        {
            await snapshot.ExecuteAsync("SET TRANSACTION READ ONLY", NoParameters, cancellation);
        }

        var result = await work(snapshot, cancellation);
        try
        {
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException error)
        {
            throw PostgresSnapshot.Plain(error);
        }

        return result;
    }

    /// <inheritdoc/>
    public async Task<IAsyncDisposable> LockAsync(long key, CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            return await AdvisoryLock.TakeAsync(connection, key, cancellation, owned: true);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
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

            // Npgsql counts whole milliseconds and takes 0 for "without end": what is left of the last one must not become that.
            await connection.WaitAsync((int)Math.Ceiling(left.TotalMilliseconds), cancellation);
        }
    }

    private async Task<long> VersionAsync(NpgsqlConnection connection, string signal, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT version FROM {names.Line}.signals WHERE name = @name", connection);
        command.Parameters.AddWithValue("name", signal);
        return await command.ExecuteScalarAsync(cancellation) is long version ? version : 0;
    }
}
