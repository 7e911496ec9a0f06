using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Warehouse.BigQuery;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>
/// Values of described columns on BigQuery, whose types print otherwise than PostgreSQL's, in the form in which they compare. What a column's type
/// cannot hold stands beside the row, and compares as what the column holds.
/// </summary>
internal static class BigQueryPrint
{
    private const string Instant = "yyyy-MM-dd HH:mm:ss.FFFFFF'+00'";

    /// <summary>The form; null where the type does not compare.</summary>
    internal static string? Compared(SourceType type, string text) => ComparedText.Covers(type) ? ComparedText.Of(type, text) : null;

    /// <summary>Columns that do not compare.</summary>
    internal static IReadOnlyList<string> NotCompared(TableDescription table) =>
        [.. table.Columns.Where(column => column.Type is { } type && !ComparedText.Covers(type)).Select(column => column.Name)];

    /// <summary>Rows as records say them.</summary>
    internal static IReadOnlyList<object?[]> OfRecords(TableDescription table, IReadOnlyList<object?[]> rows) => table.Columns.All(column => column.Type is null)
        ? rows
        : [.. rows.Select(row => row.Select((value, i) => value is string text && table.Columns[i].Type is { } type ? Compared(type, text) : value).ToArray())];

    /// <summary>What gives a row of current: its columns, and what stands beside them.</summary>
    internal static string Select(TableDescription table) => string.Join(
        ", ",
        [
            .. table.Columns.Select(column => column.Type is not null && DescribedTypes.Of(column) is ("FLOAT64" or "NUMERIC" or "BIGNUMERIC" or "JSON") and var type
                ? CurrentRows.StoredTextOf(column.Name, type)
                : $"`{column.Name}`"),
            .. DescribedTypes.HasTexts(table) ? [$"TO_JSON_STRING({DescribedTypes.Texts})"] : Array.Empty<string>(),
        ]);

    /// <summary>A row of current that <see cref="Select"/> gave.</summary>
    internal static object?[] OfCurrent(TableDescription table, object?[] cells)
    {
        using var beside = JsonDocument.Parse(DescribedTypes.HasTexts(table) && cells[^1] is string texts ? texts : "null");
        var values = cells[..table.Columns.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (table.Columns[i] is { Type: { } type } column)
            {
                values[i] = (Text(DescribedTypes.Of(column), values[i]) ?? Beside(beside.RootElement, column.Name)) is { } text ? Compared(type, text) : null;
            }
        }

        return values;
    }

    private static string? Beside(JsonElement texts, string column) =>
        texts.ValueKind == JsonValueKind.Object && texts.TryGetProperty(column, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static string? Text(string type, object? cell) => cell switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.UtcDateTime.ToString(Instant, CultureInfo.InvariantCulture),
        string base64 when type == "BYTES" => "\\x" + Convert.ToHexStringLower(Convert.FromBase64String(base64)),
        _ => (string)cell,
    };
}
