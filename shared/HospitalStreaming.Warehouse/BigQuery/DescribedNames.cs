using System.Text.RegularExpressions;
using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Names of tables and columns that BigQuery takes as they are, in data sets, job ids and statements alike.</summary>
public static partial class DescribedNames
{
    private static readonly string[] Reserved = ["_TABLE_", "_FILE_", "_PARTITION", "_ROW_TIMESTAMP", "__ROOT__", "_COLIDENTIFIER", "_CHANGE_SEQUENCE_NUMBER", "_CHANGE_TYPE"];

    /// <summary>Why a table cannot be loaded under its own names; null where it can.</summary>
    public static string? RefusalOf(TableDescription table)
    {
        if (!Plain().IsMatch(table.Name))
        {
            return $"table {table.Name} cannot be loaded into BigQuery: its name has other characters than a-z, A-Z, 0-9 and _";
        }

        var taken = BigQueryLayout.MetaOf(table).Select(meta => meta.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in table.Columns.Select(column => column.Name))
        {
            var why = !Plain().IsMatch(name) ? "has other characters than a-z, A-Z, 0-9 and _"
                : Reserved.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) ? "is one that BigQuery keeps for itself"
                : !taken.Add(name) ? "is there twice, as BigQuery does not tell case apart, or is a column of the product's own"
                : null;
            if (why is not null)
            {
                return $"table {table.Name} cannot be loaded into BigQuery: the name of its column {name} {why}";
            }
        }

        return null;
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
