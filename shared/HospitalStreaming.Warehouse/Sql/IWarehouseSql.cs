namespace HospitalStreaming.Warehouse.Sql;

/// <summary>SQL against the warehouse, for the rooms right of it (models, dashboard, verify). Values are always parameters (@name), never pasted.</summary>
public interface IWarehouseSql
{
    /// <summary>Which SQL it speaks.</summary>
    SqlDialect Dialect { get; }

    /// <summary>Runs statements one after the other in one transaction; all or none take effect.</summary>
    Task ExecuteAsync(IReadOnlyList<string> statements, CancellationToken cancellation);

    /// <summary>Runs one query and reads all its rows.</summary>
    Task<WarehouseRows> QueryAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation);

    /// <summary>
    /// Waits until the named signal (row of hospital_line.signals) is above <paramref name="seen"/>, or the time is up; returns its version
    /// then (0 where there is none yet). PostgreSQL is woken by NOTIFY, BigQuery is asked every few seconds.
    /// </summary>
    Task<long> WaitForSignalAsync(string signal, long seen, TimeSpan atMost, CancellationToken cancellation);
}
