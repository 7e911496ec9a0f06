using System.Collections.Immutable;
using System.Diagnostics;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>Compares published marts with their queries, run from the source tables, in one snapshot.</summary>
internal sealed class MartComparison(IWarehouseSnapshot snapshot, StateTables tables)
{
    /// <summary>
    /// Null where some mart does not reflect the state of current that this snapshot shows: the two cannot be compared now. Models that
    /// failed are reported as such; their difference would only repeat it.
    /// </summary>
    public async Task<CompareReport?> RunAsync(
        Func<DateOnly, CompiledProject> compile, DateOnly today, Func<Task> onComparable, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await snapshot.ExecuteAsync("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off", StateTables.None, cancellation);
        var versions = await tables.VersionsAsync(snapshot, cancellation);
        var states = await tables.StatesAsync(snapshot, cancellation);
        var asOf = states.Values.Select(state => state.AsOf).Max();
        var project = compile(asOf ?? today);
        var models = project.Models.Where(model => model.Kind == Materialization.Table).ToList();
        if (asOf is null || models.Any(model => !states.TryGetValue(model.Name, out var state) || (state.IsGood && state.Inputs != versions.Of(model, asOf.Value))))
        {
            return null;
        }

        await onComparable();
        var marts = ImmutableArray.CreateBuilder<MartDifference>();
        marts.AddRange(project.LeftOut.Select(name => new MartDifference(name, 0, 0, "its files cannot be read or rendered")));
        foreach (var model in models)
        {
            marts.Add(states[model.Name].IsGood
                ? await CompareAsync(model, cancellation)
                : new MartDifference(model.Name, 0, 0, "not published: " + states[model.Name].Detail));
        }

        return new CompareReport(versions.Current, asOf, marts.ToImmutable(), false, Stopwatch.GetElapsedTime(started));
    }

    private async Task<MartDifference> CompareAsync(CompiledModel model, CancellationToken cancellation)
    {
        try
        {
            await snapshot.ExecuteAsync("SAVEPOINT compare", StateTables.None, cancellation);
            var columns = await new PostgresLayout(snapshot).ColumnsAsync(model.Relation, cancellation);
            if (columns.Count == 0)
            {
                return new MartDifference(model.Name, 0, 0, "the table is missing");
            }

            var row = (await snapshot.QueryAsync(PostgresPlan.Compare(model, [.. columns.Select(column => column.Name)]), StateTables.None, cancellation)).Rows[0];
            return new MartDifference(model.Name, (long)row[0]!, (long)row[1]!, string.Empty);
        }
        catch (WarehouseSqlException refused) when (!refused.IsTransient)
        {
            await snapshot.ExecuteAsync("ROLLBACK TO SAVEPOINT compare", StateTables.None, cancellation);
            return new MartDifference(model.Name, 0, 0, refused.Message);
        }
    }
}
