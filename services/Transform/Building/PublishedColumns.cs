using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Warehouse.Sql;

namespace HospitalStreaming.Transform.Building;

/// <summary>A column is published only with a privacy class in its schema file.</summary>
internal static class PublishedColumns
{
    /// <summary>Refuses a model whose columns lack a privacy class, or which lacks a column of its grain; the message names the place.</summary>
    /// <exception cref="WarehouseSqlException">Something is missing.</exception>
    public static void Check(CompiledModel model, IReadOnlyList<string> columns)
    {
        if (model.Docs is null)
        {
            throw Refused($"the model {model.Name} is in no schema file, so its columns have no privacy class");
        }

        var classed = model.Docs.Columns.Where(column => column.Privacy is not null).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        if (columns.Where(column => !classed.Contains(column)).ToList() is { Count: > 0 } missing)
        {
            throw Refused($"no privacy class (meta: privacy) for column {string.Join(", ", missing)} in {model.Docs.File}:{model.Docs.Line}");
        }

        if (model.Grain.Except(columns).ToList() is { Count: > 0 } absent)
        {
            throw Refused($"the grain in {model.Docs.File}:{model.Docs.Line} names {string.Join(", ", absent)}, which the model does not give");
        }
    }

    private static WarehouseSqlException Refused(string why) => new("42000", why);
}
