using System.Collections.Concurrent;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Tests.Unit.Dashboard.Support;

/// <summary>A warehouse that remembers every query and answers with a script.</summary>
internal sealed class ScriptedWarehouse(SqlDialect dialect = SqlDialect.Postgres) : IWarehouseSql
{
    public ConcurrentQueue<(string Sql, IReadOnlyDictionary<string, object?> Parameters)> Queries { get; } = new();

    public Func<string, Task<WarehouseRows>> Answer { get; set; } = _ => Task.FromResult(new WarehouseRows(["n"], [[1L]]));

    public SqlDialect Dialect => dialect;

    public Task ExecuteAsync(IReadOnlyList<string> statements, CancellationToken cancellation) => throw new InvalidOperationException("The dashboard never writes.");

    public Task<WarehouseRows> QueryAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation)
    {
        Queries.Enqueue((sql, parameters));
        return Answer(sql);
    }

    public async Task<long> WaitForSignalAsync(string signal, long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        return seen;
    }
}
