using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Planning;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>Makes the objects of models on PostgreSQL: views as they are defined, tables of the right columns with the grain as unique index.</summary>
internal sealed class PostgresLayout(IWarehouseSnapshot snapshot)
{
    private const string CannotChangeView = "42P16";
    private const string IsNotAView = "42809";

    /// <summary>Makes or changes the model's object. Returns whether views that stand on it were dropped with it.</summary>
    /// <exception cref="WarehouseSqlException">The database refuses the model's SQL.</exception>
    public async Task<bool> ApplyAsync(CompiledModel model, CancellationToken cancellation) => model.Kind switch
    {
        Materialization.View => await ApplyViewAsync(model, cancellation),
        Materialization.Table => await ApplyTableAsync(model, cancellation),
        _ => false,
    };

    /// <summary>Column names and types of a relation; empty where there is none.</summary>
    public async Task<IReadOnlyList<(string Name, string Type)>> ColumnsAsync(RelationName relation, CancellationToken cancellation)
    {
        var found = await snapshot.QueryAsync(
            """
            SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
            WHERE attrelid = to_regclass(@name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """,
            new Dictionary<string, object?> { ["name"] = relation.In(ModelDialect.Postgres) },
            cancellation);
        return [.. found.Rows.Select(row => ((string)row[0]!, (string)row[1]!))];
    }

    private async Task<bool> ApplyViewAsync(CompiledModel model, CancellationToken cancellation)
    {
        try
        {
            await RunAsync("SAVEPOINT layout", cancellation);
            await RunAsync(PostgresPlan.CreateView(model), cancellation);
            return false;
        }
        catch (WarehouseSqlException refused) when (refused.Code is CannotChangeView or IsNotAView)
        {
            await RunAsync("ROLLBACK TO SAVEPOINT layout", cancellation);
            var kind = refused.Code == CannotChangeView ? "VIEW" : "TABLE";
            await RunAsync($"DROP {kind} {model.Relation.In(ModelDialect.Postgres)} CASCADE", cancellation);
            await RunAsync(PostgresPlan.CreateView(model), cancellation);
            return true;
        }
    }

    private async Task<bool> ApplyTableAsync(CompiledModel model, CancellationToken cancellation)
    {
        var next = PostgresPlan.NextOf(model);
        await RunAsync($"DROP TABLE IF EXISTS {next.In(ModelDialect.Postgres)}", cancellation);
        await RunAsync(PostgresPlan.CreateNext(model), cancellation);
        var kind = await KindAsync(model, cancellation);
        var wanted = await ColumnsAsync(next, cancellation);
        PublishedColumns.Check(model, [.. wanted.Select(column => column.Name)]);
        if (kind == "r" && wanted.SequenceEqual(await ColumnsAsync(model.Relation, cancellation)) && await HasGrainIndexAsync(model, cancellation))
        {
            await RunAsync($"DROP TABLE {next.In(ModelDialect.Postgres)}", cancellation);
            return false;
        }

        if (kind is not null)
        {
            // Without CASCADE: what others built on a mart is theirs, and the error names it.
            await RunAsync($"DROP {(kind == "v" ? "VIEW" : "TABLE")} {model.Relation.In(ModelDialect.Postgres)}", cancellation);
        }

        foreach (var statement in PostgresPlan.Switch(model))
        {
            await RunAsync(statement, cancellation);
        }

        return false;
    }

    private async Task<string?> KindAsync(CompiledModel model, CancellationToken cancellation)
    {
        var found = await snapshot.QueryAsync(
            "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(@name)",
            new Dictionary<string, object?> { ["name"] = model.Relation.In(ModelDialect.Postgres) },
            cancellation);
        return found.Rows.Count == 0 ? null : (string)found.Rows[0][0]!;
    }

    private async Task<bool> HasGrainIndexAsync(CompiledModel model, CancellationToken cancellation)
    {
        if (model.Grain.IsEmpty)
        {
            return true;
        }

        var found = await snapshot.QueryAsync(
            """
            SELECT count(*) FROM pg_index WHERE indrelid = to_regclass(@name) AND indisunique AND indpred IS NULL AND indexprs IS NULL
                AND (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey)) = @grain
            """,
            new Dictionary<string, object?>
            {
                ["name"] = model.Relation.In(ModelDialect.Postgres),
                ["grain"] = model.Grain.Order(StringComparer.Ordinal).ToArray(),
            },
            cancellation);
        return (long)found.Rows[0][0]! > 0;
    }

    private Task RunAsync(string statement, CancellationToken cancellation) => snapshot.ExecuteAsync(statement, StateTables.None, cancellation);
}
