using HospitalStreaming.Bench.Measuring;
using HospitalStreaming.Postgres.Embedded;
using Npgsql;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>
/// Lake objects to PostgreSQL by the product's own process. Raw append: the changes of a table without a key, which ends in raw. Raw + current: the
/// same changes of visits and bills. Both beside a plain COPY of the same raw rows into an equal table of the same server.
/// </summary>
internal sealed class LoadBench(BenchServers servers, EmbeddedPostgres warehouse, long changes, long keys)
{
    private const string LogTable = "visit_log";
    private const double LeastRawRatio = 0.5;
    private const double LeastChangesPerSecond = 60_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // Every row's insert and several updates of it do not count: until then a good part of the CPU time is the just-in-time compiler's.
    private long WarmUp => 6 * keys;

    internal async Task<bool> RunAsync()
    {
        await using var source = NpgsqlDataSource.Create(warehouse.ConnectionString("warehouse"));
        var tables = Path.Combine(servers.State, "tables.json");
        await File.WriteAllTextAsync(tables, $$"""{"table":"{{LogTable}}","columns":[{"name":"visit_id","type":"bigint"}]}""");
        var raw = await LoadAsync(source, "raw append", LogTable, "append", [$"WarehouseSink:Tables={tables}"]);
        var copy = await PlainCopy.RunAsync(source, $"append_raw.{LogTable}", Path.Combine(servers.State, "rows.copy"));
        Console.WriteLine(FormattableString.Invariant($"plain COPY   {copy,9:N0} rows/s"));
        var current = await LoadAsync(source, "raw+current", null, "merge", []);
        var rawRatio = raw.RecordsPerSecond / copy;
        Console.WriteLine(FormattableString.Invariant(
            $"ratios to the plain COPY: raw append {rawRatio:F2} (bar {LeastRawRatio:F2})   raw + current {current.RecordsPerSecond / copy:F2}, {current.RecordsPerSecond:N0} changes/s (bar {LeastChangesPerSecond:N0})"));
        return rawRatio >= LeastRawRatio && current.RecordsPerSecond >= LeastChangesPerSecond;
    }

    private async Task<RunFigures> LoadAsync(NpgsqlDataSource source, string name, string? table, string dataset, string[] settings)
    {
        var lake = Path.Combine(servers.State, "lake-" + dataset);
        await ChangeLake.FillAsync(lake, WarmUp + changes, keys, table);
        await using (var quiet = source.CreateCommand("CHECKPOINT"))
        {
            await quiet.ExecuteNonQueryAsync();
        }

        using var process = MeasuredProcess.Start(MeasuredProcess.Hospital(
            ["warehousesink"],
            [
                $"Kafka:BootstrapServers={servers.Kafka}", $"Lake:Folder={lake}", $"Warehouse:ConnectionString={warehouse.ConnectionString("warehouse")}",
                $"Warehouse:Dataset={dataset}", "Health:Port=0", $"Line:State={Path.Combine(servers.State, "state-" + dataset)}", .. settings,
            ]));
        using var counting = new LoadedRecords(source, dataset);
        var (at, warm, before) = process.WaitFor(counting.Count, WarmUp, Patience);
        var serverBefore = ServerCpu.Of(warehouse.ProcessId);
        var (end, all, after) = process.WaitFor(counting.Count, WarmUp + changes, Patience);
        var server = ServerCpu.Of(warehouse.ProcessId) - serverBefore;
        var figures = new RunFigures(name, all - warm, end - at, after.Cpu - before.Cpu, after.PeakBytes);
        Console.WriteLine(FormattableString.Invariant($"{figures}   + {server.TotalMicroseconds / figures.Records:F2} µs of PostgreSQL's"));
        return figures;
    }
}
