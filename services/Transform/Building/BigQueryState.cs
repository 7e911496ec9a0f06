using System.Collections.Immutable;
using System.Text.Json;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>The role's bookkeeping on BigQuery: model_state, test_results and its signal, in data set hospital_line.</summary>
internal sealed class BigQueryState(IWarehouseSql sql, WarehouseNames names)
{
    private static readonly Dictionary<string, object?> None = [];

    private string Models => $"`{names.Line}.model_state`";

    private string Tests => $"`{names.Line}.test_results`";

    /// <summary>The version of current, as a query.</summary>
    internal string CurrentVersion => $"IFNULL((SELECT MAX(version) FROM `{names.Line}.signals` WHERE name = '{SignalNames.Current}'), 0)";

    /// <summary>Makes data sets and tables where they are missing; each a statement of its own.</summary>
    internal IEnumerable<string> Create(CompiledProject project)
    {
        foreach (var schema in project.Models.Select(model => model.Relation.Schema).Append(names.Line).Distinct())
        {
            yield return $"CREATE SCHEMA IF NOT EXISTS `{schema}`";
        }

        yield return $"CREATE TABLE IF NOT EXISTS {Models} (model STRING, schema_name STRING, kind STRING, built_at TIMESTAMP, `rows` INT64, took_ms INT64, "
            + "changed_rows INT64, current_version INT64, as_of DATE, ok BOOL, detail STRING, inputs STRING, definition STRING)";
        yield return $"CREATE TABLE IF NOT EXISTS {Tests} (test STRING, model STRING, severity STRING, status STRING, failures INT64, ran_at TIMESTAMP, took_ms INT64, detail STRING)";
    }

    /// <summary>What a cycle did, and the signal, for its transaction. What one model took is not known: BigQuery runs the transaction as a whole.</summary>
    internal IEnumerable<string> Publish(CompiledProject project, DateOnly asOf)
    {
        var states = project.Models.Where(model => model.Kind == Materialization.Table).Select(model =>
            $"SELECT '{model.Name}', '{model.Relation.Schema}', 'table', CURRENT_TIMESTAMP(), (SELECT COUNT(*) FROM {model.Relation.In(ModelDialect.BigQuery)}), NULL, NULL, "
            + $"{CurrentVersion}, DATE '{asOf:yyyy-MM-dd}', TRUE, '', '', '{Definition.Of(model)}'");
        yield return $"DELETE FROM {Models} WHERE TRUE";
        yield return $"INSERT INTO {Models} (model, schema_name, kind, built_at, `rows`, took_ms, changed_rows, current_version, as_of, ok, detail, inputs, definition)\n"
            + string.Join("\nUNION ALL\n", states);

        var signals = $"`{names.Line}.{SignalTables.Marts}`";
        yield return $"INSERT INTO {signals} (name, version, changed_at) SELECT '{SignalNames.Marts}', 0, CURRENT_TIMESTAMP() "
            + $"FROM (SELECT COUNT(*) AS n FROM {signals} WHERE name = '{SignalNames.Marts}') WHERE n = 0";
        yield return $"UPDATE {signals} SET version = version + 1, changed_at = CURRENT_TIMESTAMP() WHERE name = '{SignalNames.Marts}'";
    }

    /// <summary>The version of current, and whether every mart is of that version, this clock and these definitions.</summary>
    internal async Task<(long Version, bool UpToDate)> StandsAsync(CompiledProject project, DateOnly asOf, CancellationToken cancellation)
    {
        var version = (long)(await sql.QueryAsync($"SELECT {CurrentVersion}", None, cancellation)).Rows[0][0]!;
        var states = (await sql.QueryAsync($"SELECT model, current_version, as_of, definition FROM {Models}", None, cancellation)).Rows
            .ToDictionary(row => (string)row[0]!, row => ((long)row[1]!, (DateOnly)row[2]!, (string)row[3]!), StringComparer.Ordinal);
        var upToDate = project.Models.Where(model => model.Kind == Materialization.Table)
            .All(model => states.GetValueOrDefault(model.Name) == (version, asOf, Definition.Of(model)));
        return (version, upToDate);
    }

    /// <summary>Keeps the counts of a run of tests; those of tests that did not run stay, those of tests that are gone do not.</summary>
    internal Task WriteTestsAsync(IReadOnlyCollection<TestReport> tests, IEnumerable<string> all, CancellationToken cancellation)
    {
        var results = JsonSerializer.Serialize(tests.Select(test => new
        {
            test = test.Test,
            model = test.Model,
            severity = test.Severity.ToString().ToLowerInvariant(),
            status = test.Status,
            failures = test.Failures,
            took = (long)test.Took.TotalMilliseconds,
            detail = test.Detail,
        }));
        return sql.QueryAsync(
            $"""
            BEGIN TRANSACTION;
            DELETE FROM {Tests} WHERE test NOT IN UNNEST(@all) OR test IN UNNEST(@ran);
            INSERT INTO {Tests} (test, model, severity, status, failures, ran_at, took_ms, detail)
            SELECT JSON_VALUE(t, '$.test'), JSON_VALUE(t, '$.model'), JSON_VALUE(t, '$.severity'), JSON_VALUE(t, '$.status'),
              CAST(JSON_VALUE(t, '$.failures') AS INT64), CURRENT_TIMESTAMP(), CAST(JSON_VALUE(t, '$.took') AS INT64), JSON_VALUE(t, '$.detail')
            FROM UNNEST(JSON_QUERY_ARRAY(@results)) AS t;
            COMMIT TRANSACTION;
            """,
            new Dictionary<string, object?> { ["all"] = all.ToImmutableArray(), ["ran"] = tests.Select(test => test.Test).ToImmutableArray(), ["results"] = results },
            cancellation);
    }
}
