using System.Diagnostics;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>Runs data tests on a snapshot and counts what they find; the rows themselves are never read.</summary>
internal sealed class DataTests(IWarehouseSnapshot snapshot)
{
    public async Task<TestReport> RunAsync(CompiledTest test, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await snapshot.ExecuteAsync("SAVEPOINT test", StateTables.None, cancellation);
        try
        {
            var found = await snapshot.QueryAsync(PostgresPlan.CountFailures(test), StateTables.None, cancellation);
            await snapshot.ExecuteAsync("RELEASE SAVEPOINT test", StateTables.None, cancellation);
            return new TestReport(test.Name, test.Model, test.Severity, (long)found.Rows[0][0]!, Stopwatch.GetElapsedTime(started), $"{test.File}:{test.Line}");
        }
        catch (WarehouseSqlException refused) when (!refused.IsTransient)
        {
            await snapshot.ExecuteAsync("ROLLBACK TO SAVEPOINT test", StateTables.None, cancellation);
            return new TestReport(
                test.Name, test.Model, test.Severity, -1, Stopwatch.GetElapsedTime(started), $"{test.File}:{test.Line}: the test cannot run: {refused.Message}");
        }
    }
}
