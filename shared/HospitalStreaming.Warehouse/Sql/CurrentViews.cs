using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;

namespace HospitalStreaming.Warehouse.Sql;

/// <summary>
/// What BI tools such as Looker Studio read of current: a view a table, with its rows that are there (no tombstones) and without the columns that
/// name a person or reach them. A table beside the hospital's own has no view: nobody has said yet what its columns say about a person.
/// </summary>
internal static class CurrentViews
{
    /// <summary>The tables that have a view.</summary>
    internal static IEnumerable<TableDescription> Of(IEnumerable<TableDescription> tables) =>
        tables.Where(table => table.HasKey && table.Columns.All(column => column.Kind != ColumnKind.Source));

    /// <summary>The view's query. New columns come last, as PostgreSQL wants it of a view that is replaced.</summary>
    /// <param name="names">Schemas or data sets.</param>
    /// <param name="table">The table.</param>
    /// <param name="quote">Quotes a name in the warehouse's SQL.</param>
    internal static string Query(WarehouseNames names, TableDescription table, Func<string, string> quote)
    {
        var columns = table.Columns.Where(column => column.Privacy != PrivacyClass.DirectIdentifier).Select(column => quote(column.Name));
        return $"SELECT {string.Join(", ", columns)} FROM {quote(names.Current)}.{quote(table.Name)} WHERE NOT {quote("_deleted")}";
    }
}
