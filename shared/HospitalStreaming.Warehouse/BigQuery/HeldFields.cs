using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// The columns that current has on BigQuery beside those described, or otherwise: one that messages brought and nobody described is a text, and a column
/// that is a text there is read as one, whatever its description says. So the table itself holds what was decided about it.
/// </summary>
internal static class HeldFields
{
    private const string Text = "STRING";

    /// <summary>The description by which the table is loaded: the given one, as far as current is not otherwise.</summary>
    internal static async Task<TableDescription> DescribeAsync(BigQueryClient client, WarehouseNames names, TableDescription table, CancellationToken cancellation)
    {
        if (!table.HasKey || await client.CallAsync("GET", $"datasets/{names.Current}/tables/{table.Name}", null, cancellation) is not { } there)
        {
            return table;
        }

        var own = BigQueryLayout.MetaOf(table).Select(meta => meta.Name).Append(DescribedTypes.Texts).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var columns = table.Columns.ToList();
        foreach (var held in there.SelectToken("schema.fields") as JArray ?? [])
        {
            var (name, isText) = ((string)held["name"]!, (string?)held["type"] == Text);
            var at = columns.FindIndex(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));
            if (at < 0 && isText && !own.Contains(name))
            {
                columns.Add(ColumnDescription.Undescribed(name));
            }
            else if (at >= 0 && isText && !table.Key.Contains(columns[at].Name) && DescribedTypes.Of(columns[at]) != Text)
            {
                columns[at] = ColumnDescription.Undescribed(columns[at].Name) with { Privacy = columns[at].Privacy };
            }
        }

        return table with { Columns = [.. columns] };
    }

    /// <summary>The table with more columns, as far as BigQuery takes their names and they are not there in other case; the rest stays in raw.</summary>
    internal static TableDescription With(TableDescription table, IEnumerable<string> fields)
    {
        foreach (var field in fields)
        {
            var more = table with { Columns = table.Columns.Add(ColumnDescription.Undescribed(field)) };
            table = DescribedNames.RefusalOf(more) is null ? more : table;
        }

        return table;
    }

    /// <summary>What somebody can run where a column was given another type at the source, and what that does.</summary>
    internal static string TextChoice(WarehouseNames names, TableDescription table, string column)
    {
        var (target, type) = ($"`{(names.InPlace ?? names).Current}`.`{table.Name}`", DescribedTypes.Of(table.Required(column)));
        return $"CREATE OR REPLACE TABLE {target} CLUSTER BY `{BigQueryKey.ColumnOf(table)}` AS SELECT * REPLACE ({CurrentRows.StoredTextOf(column, type)} AS `{column}`) FROM {target}; "
            + "in the warehouse keeps old and new values as texts, and the table goes on by itself (policy tags of its columns are to be set again)";
    }
}
