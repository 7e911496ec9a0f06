namespace HospitalStreaming.Modelling.Compiling;

/// <summary>What a rendering depends on beside the project itself.</summary>
/// <param name="Dialect">The SQL.</param>
/// <param name="TargetSchema">Prefix of the models' schemas, as dbt's target.schema: models of +schema marts go to PREFIX_marts.</param>
public sealed record CompileOptions(ModelDialect Dialect, string TargetSchema)
{
    /// <summary>Google Cloud project that holds the data sets; null on PostgreSQL or to leave it out of names.</summary>
    public string? Project { get; init; }

    /// <summary>The clock: the date var as_of renders to. Null leaves it to the database's clock.</summary>
    public DateOnly? AsOf { get; init; }

    /// <summary>Vars that stand above those of dbt_project.yml.</summary>
    public IReadOnlyDictionary<string, object?> Vars { get; init; } = new Dictionary<string, object?>();

    /// <summary>What env_var may read; pure code reads no environment of its own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
