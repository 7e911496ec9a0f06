using System.Diagnostics;
using HospitalStreaming.Bench.Measuring;
using HospitalStreaming.Postgres.Embedded;
using Npgsql;
using NpgsqlTypes;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>
/// From a commit in the hospital's database to its rows in current, by the product's own capture, broker, lake sink, folder and warehouse sink with their
/// defaults. Counted from just before a transaction is sent to when a look at current first finds the row that only it has; current is looked at
/// every few milliseconds, so both ends are on the safe side.
/// </summary>
internal sealed class DelayBench(BenchServers servers, EmbeddedPostgres warehouse, string? binaries, TimeSpan duration)
{
    private const int ChangesPerSecond = 2_000;
    private static readonly TimeSpan LongestP99 = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    internal async Task<bool> RunAsync()
    {
        var hospital = await servers.StartPostgresAsync(ServerPurpose.Hospital, binaries);
        await using var source = NpgsqlDataSource.Create(hospital.ConnectionString("hospital"));
        await using var target = NpgsqlDataSource.Create(warehouse.ConnectionString("warehouse"));
        var writer = new HospitalWriter(source, ChangesPerSecond);
        await writer.PrepareAsync();
        using var process = MeasuredProcess.Start(MeasuredProcess.Hospital(
            ["capture", "lakesink", "warehousesink"],
            [
                $"Kafka:BootstrapServers={servers.Kafka}", $"Postgres:ConnectionString={hospital.ConnectionString("hospital")}", $"Lake:Folder={Path.Combine(servers.State, "lake-delay")}",
                $"Warehouse:ConnectionString={warehouse.ConnectionString("warehouse")}", "Warehouse:Dataset=delay", "Health:Port=0", $"Line:State={Path.Combine(servers.State, "state-delay")}",
            ]));
        using (var counting = new LoadedRecords(target, "delay"))
        {
            process.WaitFor(counting.Count, 1, Patience);
        }

        await MeasureAsync(process, writer, target, WarmUp);
        var (delays, rate) = await MeasureAsync(process, writer, target, duration);
        delays.Sort();
        var (p50, p95, p99) = (At(delays, 0.50), At(delays, 0.95), At(delays, 0.99));
        Console.WriteLine(FormattableString.Invariant(
            $"commit to current at {rate:N0} changes/s (asked for {ChangesPerSecond:N0}), {delays.Count:N0} transactions: p50 {p50.TotalSeconds:F2} s   p95 {p95.TotalSeconds:F2} s   p99 {p99.TotalSeconds:F2} s (bar {LongestP99.TotalSeconds:F0} s)   peak {process.Figures().PeakBytes / 1e6:F0} MB"));
        return p99 < LongestP99;
    }

    private static TimeSpan At(List<TimeSpan> sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];

    private static async Task<(List<TimeSpan> Delays, double Rate)> MeasureAsync(
        MeasuredProcess process, HospitalWriter writer, NpgsqlDataSource target, TimeSpan duration)
    {
        var writing = writer.WriteAsync(duration);
        var delays = new List<TimeSpan>();
        await using var connection = await target.OpenConnectionAsync();
        await using var look = new NpgsqlCommand("SELECT billing_id FROM delay.billing_payments WHERE billing_id = ANY($1)", connection)
        {
            Parameters = { new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint } },
        };
        var last = Stopwatch.GetTimestamp();
        while (!writing.IsCompleted || !writer.Committing.IsEmpty)
        {
            await Task.Delay(Look);
            look.Parameters[0].Value = writer.Committing.Keys.ToArray();
            await using var reader = await look.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                last = Stopwatch.GetTimestamp();
                writer.Committing.TryRemove(reader.GetInt64(0), out var sent);
                delays.Add(Stopwatch.GetElapsedTime(sent, last));
            }

            if (process.HasExited || Stopwatch.GetElapsedTime(last) > Patience)
            {
                throw new InvalidOperationException($"{writer.Committing.Count} transactions never came to current");
            }
        }

        return (delays, await writing);
    }
}
