namespace HospitalStreaming.Dashboard.Tiles.Queries;

/// <summary>What the transform role says of its models and tests: counts and times only.</summary>
internal static class ModelTiles
{
    /// <summary>A model no warehouse has: its token follows the marts' version, so that these tiles are read anew at every publication.</summary>
    private const string EveryVersion = "*";

    public static IReadOnlyList<TileDefinition> All { get; } =
    [
        new("models", [EveryVersion], d => $"""
            select model, schema_name, kind, built_at, {d.Quoted("rows")}, took_ms, changed_rows, ok
            from {d.Line}.model_state order by schema_name, model limit 500
            """),
        new("model-tests", [EveryVersion], d => $"""
            select test, model, severity, status, failures, ran_at
            from {d.Line}.test_results order by case status when 'pass' then 1 else 0 end, model, test limit 2000
            """),
    ];
}
