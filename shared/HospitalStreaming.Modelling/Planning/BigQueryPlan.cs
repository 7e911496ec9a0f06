using HospitalStreaming.Modelling.Compiling;

namespace HospitalStreaming.Modelling.Planning;

/// <summary>
/// The statements that put models into BigQuery. A table is made once and then emptied and filled in one transaction for all models: CREATE OR
/// REPLACE cannot run in a transaction, and it would strip policy tags.
/// </summary>
public static class BigQueryPlan
{
    private const ModelDialect Dialect = ModelDialect.BigQuery;

    /// <summary>Definitions, each a statement of its own: views and, where they are missing, empty tables.</summary>
    public static IEnumerable<string> Define(IEnumerable<CompiledModel> models) => models.Select(model => model.Kind switch
    {
        Project.Materialization.View => $"CREATE OR REPLACE VIEW {model.Relation.In(Dialect)} AS\n{model.Sql}",
        Project.Materialization.Table => $"CREATE TABLE IF NOT EXISTS {model.Relation.In(Dialect)} AS\nSELECT * FROM (\n{model.Sql}\n) WHERE FALSE",
        _ => string.Empty,
    }).Where(statement => statement.Length > 0);

    /// <summary>Remakes a table whose columns changed.</summary>
    public static string Replace(CompiledModel model) => $"CREATE OR REPLACE TABLE {model.Relation.In(Dialect)} AS\n{model.Sql}";

    /// <summary>Rows of all tables, to run in one transaction.</summary>
    public static IEnumerable<string> Publish(IEnumerable<CompiledModel> models)
    {
        foreach (var model in models.Where(model => model.Kind == Project.Materialization.Table))
        {
            yield return $"DELETE FROM {model.Relation.In(Dialect)} WHERE TRUE";
            yield return $"INSERT INTO {model.Relation.In(Dialect)}\n{model.Sql}";
        }
    }

    /// <summary>
    /// Two versions, and how many rows the model's query has that its table lacks, and the other way round, duplicates included. One query, hence
    /// one snapshot. There is no EXCEPT ALL: rows are counted before they are compared.
    /// </summary>
    public static string Compare(CompiledModel model, string currentVersion, string modelVersion) => $"""
        WITH fresh AS (
        {model.SqlFromSources}
        ), sides AS (
        SELECT TO_JSON_STRING(f) AS whole, 1 AS n FROM fresh AS f
        UNION ALL
        SELECT TO_JSON_STRING(m) AS whole, -1 AS n FROM {model.Relation.In(Dialect)} AS m
        ), differences AS (
        SELECT whole, SUM(n) AS n FROM sides GROUP BY whole HAVING SUM(n) <> 0
        )
        SELECT {currentVersion}, {modelVersion},
        (SELECT IFNULL(SUM(n), 0) FROM differences WHERE n > 0),
        (SELECT IFNULL(-SUM(n), 0) FROM differences WHERE n < 0)
        """;
}
