using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.WarehouseSink.Chains;
using Npgsql;

namespace HospitalStreaming.WarehouseSink.Rebuild;

/// <summary>
/// Makes the warehouse anew from the lake alone, beside the one in place, and swaps it in when it has come as far. What an interrupted rebuild has
/// made is carried on with by the next; until the swap, nobody sees any of it.
/// </summary>
/// <param name="source">Connections to the warehouse's database.</param>
/// <param name="place">Names of the one in place.</param>
/// <param name="tables">Captured tables that are known in code; those that the lake describes are made anew too.</param>
/// <param name="lake">The lake.</param>
/// <param name="setAside">Takes letters that are due.</param>
/// <param name="options">How much is loaded at once.</param>
public sealed class WarehouseRebuild(
    NpgsqlDataSource source, WarehouseNames place, IReadOnlyList<TableDescription> tables, ILake lake, SetAside setAside, WarehouseSinkOptions options)
{
    private readonly WarehouseNames _made = new(place.Prefix + "_rebuild");

    /// <summary>Runs it; returns the records loaded.</summary>
    /// <param name="progress">Told what is being done, one line at a time.</param>
    /// <param name="cancellation">Interrupts it; the warehouse in place is then as it was.</param>
    /// <exception cref="LakeDamageException">The lake cannot be read to its end; the warehouse in place is as it was.</exception>
    public async Task<long> RunAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        await LakeFormat.RequireWholeLinesAsync(lake, cancellation);
        var inPlace = new PostgresWarehouse(source, place, tables, lake);
        await inPlace.EnsureAsync(cancellation);
        var swap = new PostgresSwap(source, inPlace.Tables);
        while (true)
        {
            await swap.PrepareAsync(place, _made, cancellation);
            var warehouse = new PostgresWarehouse(source, _made, tables, lake);
            await warehouse.EnsureAsync(cancellation);
            await warehouse.TakeOverAsync(cancellation);
            await LoadAllAsync(warehouse, progress, cancellation);
            await warehouse.SettleAsync(cancellation);
            var rows = (await warehouse.StatusAsync(cancellation)).Positions.Sum(position => position.Rows);
            progress.Report("Putting it in place");
            if (await swap.SwapAsync(_made, place, cancellation))
            {
                return rows;
            }

            progress.Report("The warehouse was loaded further meanwhile; loading on");
        }
    }

    private async Task LoadAllAsync(PostgresWarehouse warehouse, IProgress<string> progress, CancellationToken cancellation)
    {
        // Until a planner that began where the last one ended finds nothing anywhere.
        var loaded = true;
        while (loaded)
        {
            loaded = false;
            var planner = new ClaimPlanner(lake, [.. warehouse.Topics], options);
            var positions = (await warehouse.StatusAsync(cancellation)).Positions;
            await planner.ResetAsync(positions, cancellation);
            var rows = positions.Sum(position => position.Rows);
            while (await planner.NextThoroughAsync(positions, cancellation) is { } claim)
            {
                await warehouse.LoadAsync(claim, setAside, cancellation);
                (loaded, rows) = (true, rows + claim.Rows);
                progress.Report(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} records loaded"));
            }

            if (planner.Stopped.Count > 0)
            {
                throw new LakeDamageException(string.Join("; ", planner.Stopped.Select(stop => $"{stop.Key}: {stop.Value.Why}")));
            }
        }
    }
}
