using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Producer;
using HospitalStreaming.Warehouse.Sql;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Hospital.Up;

/// <summary>Shows how the history fills the line, until the first charts have data.</summary>
internal sealed class HistoryWatch(IServiceProvider services, StartProgress progress)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SayEvery = TimeSpan.FromSeconds(3);

    /// <summary>Returns when the charts show the whole history. A role that fails meanwhile is shown once for each thing it says.</summary>
    public async Task UntilChartAsync(string url, CancellationToken stopping)
    {
        var warehouse = services.GetRequiredService<IWarehouseSql>();
        var meters = services.GetRequiredService<LineMeters>();
        var health = services.GetRequiredService<RoleHealth>();
        var names = services.GetService<WarehouseNames>() ?? new WarehouseNames();
        var said = new HashSet<string>(StringComparer.Ordinal);
        var lastSaid = progress.Elapsed;
        var history = services.GetRequiredService<IOptions<ProducerOptions>>().Value.HistoryVisits ?? ProducerOptions.DefaultHistoryVisits;
        for (long shown = 0; (shown = await VisitsAsync(warehouse, names, stopping)) < history;)
        {
            if (shown > 0 && said.Add("first"))
            {
                progress.Say($"The first charts have data: {url} ({progress.Elapsed.TotalSeconds:0.0} s after the start)");
            }

            foreach (var state in health.States.Where(state => state.Condition == RoleCondition.Unhealthy && said.Add(state.Role + state.Detail)))
            {
                progress.Warn($"{state.Role}: {state.Detail}");
            }

            if (progress.Elapsed - lastSaid > SayEvery)
            {
                lastSaid = progress.Elapsed;
                progress.Say($"A year of history: {Written(meters, "producer"):N0} events produced, {Written(meters, "landing"):N0} landed, {Written(meters, "capture"):N0} captured, {Written(meters, "warehousesink"):N0} in the warehouse");
            }

            await Task.Delay(Pace, stopping);
        }

        progress.Say($"The charts show the whole history ({progress.Elapsed.TotalSeconds:0.0} s after the start)");
    }

    private static long Written(LineMeters meters, string role) => meters.Roles.TryGetValue(role, out var counters) ? counters.Written : 0;

    private static async Task<long> VisitsAsync(IWarehouseSql warehouse, WarehouseNames names, CancellationToken stopping)
    {
        try
        {
            var rows = await warehouse.QueryAsync($"SELECT visits FROM {names.Marts}.hospital_overview WHERE hospital_id = 'all'", new Dictionary<string, object?>(), stopping);
            return rows.Rows is [[long visits]] ? visits : 0;
        }
        catch (Exception notYet) when (notYet is not OperationCanceledException)
        {
            // The marts are not built yet, or the warehouse is away; its role's health says which.
            return 0;
        }
    }
}
