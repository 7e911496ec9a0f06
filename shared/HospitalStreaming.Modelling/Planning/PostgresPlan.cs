using HospitalStreaming.Modelling.Compiling;

namespace HospitalStreaming.Modelling.Planning;

/// <summary>
/// The statements that put one model into PostgreSQL. A table is brought to its new rows by their difference: rows that stay are not touched,
/// so readers are never blocked, no catalog entry is made per cycle, and the cost of writing follows the change.
/// </summary>
public static class PostgresPlan
{
    private const ModelDialect Dialect = ModelDialect.Postgres;

    /// <summary>Makes or remakes the view; fails with 42P16 where columns were renamed or removed, and 42809 where it is a table now.</summary>
    public static string CreateView(CompiledModel model) => $"CREATE OR REPLACE VIEW {model.Relation.In(Dialect)} AS\n{model.Sql}";

    /// <summary>The empty table of the model's columns, under the name of <see cref="NextOf"/>.</summary>
    public static string CreateNext(CompiledModel model) => $"CREATE TABLE {NextOf(model).In(Dialect)} WITH (fillfactor = 85) AS\n{model.Sql}\nWITH NO DATA";

    /// <summary>Gives the table made beside it the model's name.</summary>
    public static IEnumerable<string> Switch(CompiledModel model)
    {
        yield return $"ALTER TABLE {NextOf(model).In(Dialect)} RENAME TO {Quoted(model.Relation.Name)}";
        if (!model.Grain.IsEmpty)
        {
            yield return $"CREATE UNIQUE INDEX ON {model.Relation.In(Dialect)} ({List(model.Grain)})";
            foreach (var column in model.Grain)
            {
                yield return $"ALTER TABLE {model.Relation.In(Dialect)} ALTER COLUMN {Quoted(column)} SET NOT NULL";
            }
        }
    }

    /// <summary>Where a new shape of the table is made before it takes its place.</summary>
    public static RelationName NextOf(CompiledModel model) => model.Relation with { Name = model.Relation.Name + "__next" };

    /// <summary>
    /// Brings the table to the model's rows of this snapshot and returns one row: growth of the table in rows, rows removed, rows written. Rows
    /// are matched by the grain; where two new rows share one it fails with 21000 and nothing changes (a row that is repeated exactly as it
    /// stands shows in <see cref="CountRows"/> only). Without a grain every row is replaced.
    /// </summary>
    public static string Publish(CompiledModel model, IReadOnlyList<string> columns)
    {
        var table = model.Relation.In(Dialect);
        if (model.Grain.IsEmpty)
        {
            return $"""
                WITH next AS MATERIALIZED (
                {model.Sql}
                ), gone AS (DELETE FROM {table} RETURNING 1),
                put AS (INSERT INTO {table} ({List(columns)}) SELECT {List(columns)} FROM next RETURNING 1)
                SELECT (SELECT count(*) FROM next) - (SELECT count(*) FROM gone), (SELECT count(*) FROM gone), (SELECT count(*) FROM put)
                """;
        }

        var others = columns.Except(model.Grain).ToList();
        var sameKey = string.Join(" AND ", model.Grain.Select(column => $"old.{Quoted(column)} = next.{Quoted(column)}"));
        var otherRow = others.Count == 0 ? "FALSE" : $"ROW({List(others, "old.")}) IS DISTINCT FROM ROW({List(others, "next.")})";
        var update = others.Count == 0
            ? "NOTHING"
            : "UPDATE SET " + string.Join(", ", others.Select(column => $"{Quoted(column)} = excluded.{Quoted(column)}"));
        var (inOld, inNext) = ($"old.{Quoted(model.Grain[0])}", $"next.{Quoted(model.Grain[0])}");

        // One pass: rows that are the same on both sides are never stored anywhere.
        return $"""
            WITH different AS MATERIALIZED (
            SELECT {List(columns, "next.")}, {inNext} IS NULL AS __gone, {inOld} IS NULL AS __new, {string.Join(", ", model.Grain.Select((column, i) => $"old.{Quoted(column)} AS __old{i}"))}
            FROM (
            {model.Sql}
            ) AS next FULL JOIN {table} AS old ON {sameKey}
            WHERE {inNext} IS NULL OR {inOld} IS NULL OR {otherRow}
            ), gone AS (
            DELETE FROM {table} AS old USING different WHERE different.__gone AND {string.Join(" AND ", model.Grain.Select((column, i) => $"old.{Quoted(column)} = different.__old{i}"))} RETURNING 1
            ), put AS (
            INSERT INTO {table} ({List(columns)}) SELECT {List(columns)} FROM different WHERE NOT __gone
            ON CONFLICT ({List(model.Grain)}) DO {update} RETURNING 1
            )
            SELECT (SELECT count(*) FROM different WHERE __new) - (SELECT count(*) FROM gone), (SELECT count(*) FROM gone), (SELECT count(*) FROM put)
            """;
    }

    /// <summary>Counts the rows that the model's query gives and that its table holds; they differ where the query repeats a grain.</summary>
    public static string CountRows(CompiledModel model) =>
        $"SELECT (SELECT count(*) FROM (\n{model.Sql}\n) AS next), (SELECT count(*) FROM {model.Relation.In(Dialect)})";

    /// <summary>Counts what a published table lacks and has too much, against its query run down to the sources: one row, missing and extra.</summary>
    public static string Compare(CompiledModel model, IReadOnlyList<string> columns) => $"""
        WITH fresh AS MATERIALIZED (
        {model.SqlFromSources}
        )
        SELECT
        (SELECT count(*) FROM (SELECT {List(columns)} FROM fresh EXCEPT ALL SELECT {List(columns)} FROM {model.Relation.In(Dialect)}) AS missing),
        (SELECT count(*) FROM (SELECT {List(columns)} FROM {model.Relation.In(Dialect)} EXCEPT ALL SELECT {List(columns)} FROM fresh) AS extra)
        """;

    /// <summary>Counts the rows a test finds.</summary>
    public static string CountFailures(CompiledTest test) => $"SELECT count(*) FROM (\n{test.Sql}\n) AS failures";

    private static string List(IEnumerable<string> columns, string prefix = "") => string.Join(", ", columns.Select(column => prefix + Quoted(column)));

    private static string Quoted(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
