using System.Collections.Immutable;
using HospitalStreaming.Modelling.Jinja;

namespace HospitalStreaming.Modelling.Project;

/// <summary>A dbt project as read from its files. What could not be read is in <see cref="Problems"/>; the rest is usable.</summary>
public sealed record DbtProject
{
    /// <summary>Name in dbt_project.yml.</summary>
    public required string Name { get; init; }

    /// <summary>Everything that could not be read, with its place.</summary>
    public required ImmutableArray<ModelProblem> Problems { get; init; }

    /// <summary>Models as the schema files describe them, by name.</summary>
    public required IReadOnlyDictionary<string, ModelDocs> Docs { get; init; }

    /// <summary>Names of all models that have a file.</summary>
    public IEnumerable<string> ModelNames => Models.Keys;

    internal IReadOnlyDictionary<string, ModelFile> Models { get; init; } = new Dictionary<string, ModelFile>();

    /// <summary>Models whose file cannot be read; what refers to them is left out, not misread.</summary>
    internal IReadOnlySet<string> Unreadable { get; init; } = new HashSet<string>();

    internal IReadOnlyDictionary<string, SourceTable> Sources { get; init; } = new Dictionary<string, SourceTable>();

    internal IReadOnlyList<MacroNode> Macros { get; init; } = [];

    internal IReadOnlyList<SingularTest> SingularTests { get; init; } = [];

    internal IReadOnlyDictionary<string, object?> Vars { get; init; } = new Dictionary<string, object?>();

    internal IReadOnlyDictionary<string, object?> ModelConfig { get; init; } = new Dictionary<string, object?>();
}
