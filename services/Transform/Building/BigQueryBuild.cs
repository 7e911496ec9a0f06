using System.Diagnostics;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>
/// One cycle on BigQuery: definitions first (they cannot run in a transaction), then the rows of all tables with their position in one
/// multi-statement transaction, which reads one snapshot.
/// </summary>
internal sealed class BigQueryBuild(IWarehouseSql sql, CompiledProject project, WarehouseNames names, DateOnly asOf)
{
    public async Task<BuildReport> RunAsync(bool define, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        if (define)
        {
            foreach (var statement in Bookkeeping().Concat(BigQueryPlan.Define(project.Models)))
            {
                await sql.ExecuteAsync([statement], cancellation);
            }
        }

        await sql.ExecuteAsync([.. BigQueryPlan.Publish(project.Models), .. State()], cancellation);
        var version = await sql.QueryAsync(
            $"SELECT MAX(current_version) FROM `{names.Line}.model_state`", new Dictionary<string, object?>(), cancellation);
        var took = Stopwatch.GetElapsedTime(started);
        return new BuildReport(
            version.Rows is [[long current]] ? current : 0,
            asOf,
            [.. project.Models.Where(model => model.Kind != Materialization.Ephemeral)
                .Select(model => new ModelReport(model.Name, ModelOutcome.Built, 0, 0, TimeSpan.Zero, string.Empty))],
            [], project.Problems, project.LeftOut, took);
    }

    private IEnumerable<string> Bookkeeping()
    {
        foreach (var schema in project.Models.Select(model => model.Relation.Schema).Append(names.Line).Distinct())
        {
            yield return $"CREATE SCHEMA IF NOT EXISTS `{schema}`";
        }

        yield return $"CREATE TABLE IF NOT EXISTS `{names.Line}.model_state` (model STRING, schema_name STRING, kind STRING, built_at TIMESTAMP, "
            + "`rows` INT64, took_ms INT64, changed_rows INT64, current_version INT64, as_of DATE, ok BOOL, detail STRING, inputs STRING, definition STRING)";
    }

    private IEnumerable<string> State()
    {
        yield return $"DELETE FROM `{names.Line}.model_state` WHERE TRUE";
        foreach (var model in project.Models.Where(model => model.Kind == Materialization.Table))
        {
            yield return $"INSERT INTO `{names.Line}.model_state` (model, schema_name, kind, built_at, `rows`, took_ms, changed_rows, current_version, as_of, ok, detail, inputs, definition) "
                + $"SELECT '{model.Name}', '{model.Relation.Schema}', 'table', CURRENT_TIMESTAMP(), (SELECT COUNT(*) FROM {model.Relation.In(ModelDialect.BigQuery)}), 0, 0, "
                + $"IFNULL((SELECT MAX(version) FROM `{names.Line}.signals` WHERE name = '{SignalNames.Current}'), 0), DATE '{asOf:yyyy-MM-dd}', TRUE, '', '', '{Definition.Of(model)}'";
        }

        yield return $"UPDATE `{names.Line}.signals` SET version = version + 1, changed_at = CURRENT_TIMESTAMP() WHERE name = '{SignalNames.Marts}'";
        yield return $"INSERT INTO `{names.Line}.signals` (name, version, changed_at) SELECT '{SignalNames.Marts}', 1, CURRENT_TIMESTAMP() "
            + $"FROM (SELECT 1) WHERE NOT EXISTS (SELECT 1 FROM `{names.Line}.signals` WHERE name = '{SignalNames.Marts}')";
    }
}
