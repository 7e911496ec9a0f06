using System.Diagnostics;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>
/// One cycle on BigQuery: definitions first (they cannot run in a transaction), then the rows of all tables with their position in one
/// multi-statement transaction, which reads one snapshot. Nothing runs where nothing changed: every table's bytes are billed.
/// </summary>
internal sealed class BigQueryBuild(IWarehouseSql sql, CompiledProject project, BigQueryState state, DateOnly asOf)
{
    public async Task<BuildReport> RunAsync(bool define, bool everything, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        if (define)
        {
            foreach (var statement in state.Create(project).Concat(BigQueryPlan.Define(project.Models)))
            {
                await sql.ExecuteAsync([statement], cancellation);
            }
        }

        var (version, upToDate) = await state.StandsAsync(project, asOf, cancellation);
        if (everything || !upToDate)
        {
            await sql.ExecuteAsync([.. BigQueryPlan.Publish(project.Models), .. state.Publish(project, asOf)], cancellation);
        }

        var outcome = everything || !upToDate ? ModelOutcome.Built : ModelOutcome.Unchanged;
        return new BuildReport(
            version,
            asOf,
            [.. project.Models.Where(model => model.Kind != Materialization.Ephemeral)
                .Select(model => new ModelReport(model.Name, outcome, 0, 0, TimeSpan.Zero, string.Empty))],
            [],
            project.Problems,
            project.LeftOut,
            Stopwatch.GetElapsedTime(started));
    }
}
