using HospitalStreaming.Warehouse.Verify;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Verify needs several tables of one moment, which BigQuery has no session for: it says so and checks nothing.</summary>
public sealed class BigQueryWarehouseReader : IWarehouseReader
{
    /// <inheritdoc/>
    public Task<T> InSnapshotAsync<T>(Func<IWarehouseView, CancellationToken, Task<T>> work, CancellationToken cancellation) => throw new NotSupportedException(
        "With Warehouse:Kind bigquery `hospital verify` does not compare source, raw, current, lake and marts: BigQuery has no snapshot over several queries. Every load's row count is checked against its claim.");
}
