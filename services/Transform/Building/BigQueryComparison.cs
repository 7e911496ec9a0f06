using System.Collections.Immutable;
using System.Diagnostics;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>Compares published marts with their queries, run from the source tables. One query reads one snapshot on BigQuery, so each mart is one query.</summary>
internal sealed class BigQueryComparison(IWarehouseSql sql, WarehouseNames names, BigQueryState state)
{
    /// <summary>Null where some mart was not at the version of current that its query read: the two cannot be compared now.</summary>
    public async Task<CompareReport?> RunAsync(Func<DateOnly, CompiledProject> compile, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var built = await sql.QueryAsync($"SELECT MAX(as_of) FROM `{names.Line}.model_state`", new Dictionary<string, object?>(), cancellation);
        if (built.Rows is not [[DateOnly asOf]])
        {
            return new CompareReport(0, null, [], false, Stopwatch.GetElapsedTime(started));
        }

        long version = 0;
        var marts = ImmutableArray.CreateBuilder<MartDifference>();
        var project = compile(asOf);
        marts.AddRange(project.LeftOut.Select(name => new MartDifference(name, 0, 0, "its files cannot be read or rendered")));
        foreach (var model in project.Models.Where(model => model.Kind == Materialization.Table))
        {
            var (read, difference) = await CompareAsync(model, cancellation);
            if (difference is null)
            {
                return null;
            }

            version = Math.Max(version, read);
            marts.Add(difference);
        }

        return new CompareReport(version, asOf, marts.ToImmutable(), false, Stopwatch.GetElapsedTime(started));
    }

    private async Task<(long Version, MartDifference? Difference)> CompareAsync(CompiledModel model, CancellationToken cancellation)
    {
        try
        {
            var rows = await sql.QueryAsync(
                BigQueryPlan.Compare(model, state.CurrentVersion, $"(SELECT MAX(current_version) FROM `{names.Line}.model_state` WHERE model = '{model.Name}')"),
                new Dictionary<string, object?>(),
                cancellation);
            var row = rows.Rows[0];
            return (long)row[0]! == (row[1] as long? ?? -1)
                ? ((long)row[0]!, new MartDifference(model.Name, (long)row[2]!, (long)row[3]!, string.Empty))
                : (0, null);
        }
        catch (WarehouseSqlException refused) when (!refused.IsTransient)
        {
            return (0, new MartDifference(model.Name, 0, 0, refused.Message));
        }
    }
}
