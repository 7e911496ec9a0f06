using HospitalStreaming.Modelling.Compiling;

namespace HospitalStreaming.Transform.Building;

/// <summary>A column is published only with a privacy class in its schema file.</summary>
internal static class PublishedColumns
{
    /// <summary>What is missing, with the place to add it; null where nothing is.</summary>
    public static string? Unclassified(CompiledModel model, IReadOnlyList<string> columns)
    {
        if (model.Docs is null)
        {
            return $"the model {model.Name} is in no schema file, so its columns have no privacy class";
        }

        var classed = model.Docs.Columns.Where(column => column.Privacy is not null).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        var missing = columns.Where(column => !classed.Contains(column)).ToList();
        return missing.Count == 0
            ? null
            : $"no privacy class (meta: privacy) for column {string.Join(", ", missing)} in {model.Docs.File}:{model.Docs.Line}";
    }
}
