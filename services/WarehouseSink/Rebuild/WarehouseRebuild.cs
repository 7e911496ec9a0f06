using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.WarehouseSink.Chains;

namespace HospitalStreaming.WarehouseSink.Rebuild;

/// <summary>
/// Makes the warehouse anew from the lake alone, beside the one in place, and swaps it in when it has come as far. What an interrupted rebuild has
/// made is carried on with by the next; until the swap, nobody sees any of it.
/// </summary>
/// <param name="swap">Makes what is beside, and puts it in place.</param>
/// <param name="lake">The lake.</param>
/// <param name="setAside">Takes letters that are due.</param>
/// <param name="options">How much is loaded at once.</param>
public sealed class WarehouseRebuild(IWarehouseSwap swap, ILake lake, SetAside setAside, WarehouseSinkOptions options)
{
    /// <summary>Runs it; returns the records loaded.</summary>
    /// <param name="progress">Told what is being done, one line at a time.</param>
    /// <param name="cancellation">Interrupts it; the warehouse in place is then as it was.</param>
    /// <exception cref="LakeDamageException">The lake cannot be read to its end; the warehouse in place is as it was.</exception>
    /// <exception cref="TableStoppedException">A table cannot be loaded as things are; the warehouse in place is as it was.</exception>
    /// <exception cref="LoadFencedException">Another rebuild has taken over and goes on.</exception>
    public async Task<long> RunAsync(IProgress<string> progress, CancellationToken cancellation)
    {
        await LakeFormat.RequireWholeLinesAsync(lake, cancellation);
        if (await swap.FinishAsync(cancellation) is { } finished)
        {
            progress.Report("The last rebuild was cut off when it had been put in place; it is finished now");
            return finished;
        }

        while (true)
        {
            var warehouse = await swap.BeginAsync(cancellation);
            var rows = await LoadAllAsync(warehouse, progress, cancellation);
            progress.Report("Putting it in place");
            if (await swap.SwapAsync(async () => rows = await LoadAllAsync(warehouse, progress, cancellation), cancellation))
            {
                return rows;
            }

            progress.Report("The warehouse was loaded further meanwhile; loading on");
        }
    }

    /// <summary>Loads what the lake has; of a line that runs on, what it had at the last look. Records in what was made.</summary>
    private async Task<long> LoadAllAsync(IWarehouse warehouse, IProgress<string> progress, CancellationToken cancellation)
    {
        // Until a planner that began where the last one ended needs no more than one claim: on a line that runs on there is always another.
        int claims;
        do
        {
            claims = 0;
            string[] topics = [.. warehouse.Topics];
            var planner = new ClaimPlanner(lake, topics, options);
            var positions = (await warehouse.StatusAsync(cancellation)).Positions;
            await planner.ResetAsync(positions, cancellation);
            var pace = new RebuildPace(positions.Sum(position => position.Rows), options, warehouse.LoadInterval);
            if (pace.IsPaced)
            {
                pace.Expect(await LakeAhead.OfAsync(lake, topics, positions, cancellation));
                progress.Report(pace.ToString());
            }

            while ((claims == 0 || planner.LeftSome) && await planner.NextThoroughAsync(positions, cancellation) is { } claim)
            {
                await warehouse.LoadAsync(claim, setAside, cancellation);
                claims++;
                pace.Loaded(claim);
                progress.Report(pace.ToString());
            }

            if (planner.Stopped.Count > 0)
            {
                throw new LakeDamageException(string.Join("; ", planner.Stopped.Select(stop => $"{stop.Key}: {stop.Value.Why}")));
            }
        }
        while (claims > 1);

        await warehouse.SettleAsync(cancellation);
        return (await warehouse.StatusAsync(cancellation)).Positions.Sum(position => position.Rows);
    }
}
