using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>A warehouse in memory: it publishes what the test says, and answers every tile with one row.</summary>
internal sealed class PublishedWarehouse : IWarehouseSql
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version;
    private DateTimeOffset _beatAt;
    private int _writes;

    public SqlDialect Dialect => SqlDialect.Postgres;

    public int Writes => _writes;

    /// <summary>Models reported with a publication; many make its message long.</summary>
    public int Models { get; set; } = 1;

    public void Publish(DateTimeOffset beatAt)
    {
        lock (_gate)
        {
            _version++;
            _beatAt = beatAt;
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public Task ExecuteAsync(IReadOnlyList<string> statements, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _writes);
        return Task.CompletedTask;
    }

    public Task<WarehouseRows> QueryAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation)
    {
        if (!parameters.ContainsKey("name"))
        {
            return Task.FromResult(new WarehouseRows(["n"], [[1L]]));
        }

        lock (_gate)
        {
            var rows = _version == 0
                ? []
                : Enumerable.Range(0, Models).Select(i => new object?[] { "model", "model_with_a_rather_long_name_" + i, _beatAt })
                    .Append(["signal", _version.ToString(System.Globalization.CultureInfo.InvariantCulture), _beatAt])
                    .Append(["canary", "1", _beatAt]).ToArray();
            return Task.FromResult(new WarehouseRows(["kind", "name", "happened_at"], rows));
        }
    }

    public async Task<long> WaitForSignalAsync(string signal, long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        Task changed;
        lock (_gate)
        {
            if (_version > seen)
            {
                return _version;
            }

            changed = _changed.Task;
        }

        await Task.WhenAny(changed, Task.Delay(atMost, cancellation));
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return _version;
        }
    }
}
