using System.Collections.Immutable;

namespace HospitalStreaming.Modelling.Project;

/// <summary>What a schema file says of a model.</summary>
/// <param name="Name">Model name.</param>
/// <param name="Description">Meaning, for docs.</param>
/// <param name="Grain">Columns that tell one row from another (meta: grain); empty where the file gives none.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="File">Schema file.</param>
/// <param name="Line">Line of the model, from 1.</param>
public sealed record ModelDocs(
    string Name, string Description, ImmutableArray<string> Grain, ImmutableArray<ColumnDocs> Columns, string File, int Line)
{
    internal IReadOnlyDictionary<string, object?> Config { get; init; } = new Dictionary<string, object?>();

    internal ImmutableArray<TestDeclaration> Tests { get; init; } = [];
}
