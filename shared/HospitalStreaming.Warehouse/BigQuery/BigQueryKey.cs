using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// How a table's keys stand in its raw and current tables: a whole number as INT64, in key_id of raw and in current's own column; any other key as its
/// canonical JSON (<see cref="TableKey"/>), a STRING, in key_id of raw and in <see cref="OwnColumn"/> of current.
/// </summary>
internal static class BigQueryKey
{
    /// <summary>Column of current with a key that is no whole number.</summary>
    internal const string OwnColumn = "_key";

    /// <summary>Whether keys are texts. BigQuery's SQL cannot make them out of a message, so the lines of such a table are rewritten with them.</summary>
    internal static bool IsText(TableDescription table) => table.HasKey && !table.HasNumberKey;

    /// <summary>Type of raw's key_id.</summary>
    internal static string TypeOf(TableDescription table) => IsText(table) ? "STRING" : "INT64";

    /// <summary>The column of current that rows are found by.</summary>
    internal static string ColumnOf(TableDescription table) => IsText(table) ? OwnColumn : table.KeyColumn;

    /// <summary>A key as BigQuery gives it.</summary>
    internal static RowKey Read(object? cell) => cell is long number ? number : RowKey.Parse((string)cell!);

    /// <summary>Keys as a parameter.</summary>
    internal static object Parameter(TableDescription table, IEnumerable<RowKey> keys) =>
        IsText(table) ? keys.Select(key => key.ToString()).ToArray() : keys.Select(key => key.Number).ToArray();
}
