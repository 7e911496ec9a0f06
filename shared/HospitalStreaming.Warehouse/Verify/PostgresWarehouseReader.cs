using HospitalStreaming.Core.Naming;
using Npgsql;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>The warehouse on PostgreSQL, read with one REPEATABLE READ transaction.</summary>
public sealed class PostgresWarehouseReader(NpgsqlDataSource source, WarehouseNames names) : IWarehouseReader
{
    /// <inheritdoc/>
    public TimeSpan LookEvery { get; } = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task<T> InSnapshotAsync<T>(Func<IWarehouseView, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        await using (var settings = new NpgsqlCommand($"SET TRANSACTION READ ONLY; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; {PrintedColumns.Settings("LOCAL ")}", connection, transaction))
        {
            await settings.ExecuteNonQueryAsync(cancellation);
        }

        var result = await work(new PostgresWarehouseView(connection, source, names), cancellation);
        await transaction.CommitAsync(cancellation);
        return result;
    }
}
