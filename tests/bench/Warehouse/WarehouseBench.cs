using System.Globalization;
using HospitalStreaming.Bench.Measuring;
using HospitalStreaming.Postgres.Embedded;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>The warehouse on PostgreSQL: how much it takes in beside a plain COPY, and how long a commit takes to current.</summary>
internal static class WarehouseBench
{
    internal static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var changes = long.Parse(Arguments.ValueOf(arguments, "--changes") ?? "600000", CultureInfo.InvariantCulture);
        var keys = long.Parse(Arguments.ValueOf(arguments, "--keys") ?? "100000", CultureInfo.InvariantCulture);
        var seconds = int.Parse(Arguments.ValueOf(arguments, "--seconds") ?? "60", CultureInfo.InvariantCulture);
        var binaries = Arguments.ValueOf(arguments, "--postgres");
        await using var servers = new BenchServers();
        await servers.StartBrokerAsync();
        var warehouse = await servers.StartPostgresAsync(ServerPurpose.Warehouse, binaries);
        var only = Arguments.ValueOf(arguments, "--only");
        var loads = only == "delay" || await new LoadBench(servers, warehouse, changes, keys).RunAsync();
        var delay = only == "load" || await new DelayBench(servers, warehouse, binaries, TimeSpan.FromSeconds(seconds)).RunAsync();
        return loads && delay ? 0 : 1;
    }
}
