namespace HospitalStreaming.Warehouse.Sql;

/// <summary>A warehouse that can run several statements on one snapshot (PostgreSQL; BigQuery has no such session).</summary>
public interface ISnapshotSql : IWarehouseSql
{
    /// <summary>Opens a REPEATABLE READ transaction and runs the work in it.</summary>
    /// <exception cref="WarehouseSqlException">The warehouse refuses a statement.</exception>
    Task<T> InSnapshotAsync<T>(SnapshotMode mode, Func<IWarehouseSnapshot, CancellationToken, Task<T>> work, CancellationToken cancellation);

    /// <summary>Takes an advisory lock and holds it until the result is disposed.</summary>
    Task<IAsyncDisposable> LockAsync(long key, CancellationToken cancellation);
}
