namespace HospitalStreaming.Warehouse.Sql;

/// <summary>One transaction in which every statement sees the same state of the warehouse.</summary>
public interface IWarehouseSnapshot
{
    /// <summary>Runs one query and reads all its rows.</summary>
    /// <exception cref="WarehouseSqlException">The warehouse refuses it.</exception>
    Task<WarehouseRows> QueryAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation);

    /// <summary>Runs one statement.</summary>
    /// <exception cref="WarehouseSqlException">The warehouse refuses it.</exception>
    Task ExecuteAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation);
}
