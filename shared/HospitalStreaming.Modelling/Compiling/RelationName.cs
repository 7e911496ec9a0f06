namespace HospitalStreaming.Modelling.Compiling;

/// <summary>A table or view of the warehouse.</summary>
/// <param name="Project">Google Cloud project, or null.</param>
/// <param name="Schema">Schema or data set.</param>
/// <param name="Name">Table or view.</param>
public sealed record RelationName(string? Project, string Schema, string Name)
{
    /// <summary>The name as SQL writes it, quoted.</summary>
    public string In(ModelDialect dialect) => dialect == ModelDialect.Postgres
        ? $"{Quoted(Schema)}.{Quoted(Name)}"
        : Project is null ? $"`{Schema}.{Name}`" : $"`{Project}.{Schema}.{Name}`";

    private static string Quoted(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
