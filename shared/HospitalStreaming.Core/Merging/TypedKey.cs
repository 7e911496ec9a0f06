using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Core.Merging;

/// <summary>A key as somebody types it: its value where it is one column, else (and there too) a JSON object of its columns, with texts as PostgreSQL prints them.</summary>
public static class TypedKey
{
    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">It is no key of the table; the message says in plain words what one looks like, and quotes nothing.</exception>
    public static RowKey Read(TableDescription table, string typed)
    {
        if (!table.HasKey)
        {
            throw new FormatException($"{table.Name} has no key: its rows cannot be told apart");
        }

        var columns = table.Key.Select(table.Required).ToList();
        var texts = Texts(columns, typed) ?? throw Refused(columns, null);
        var row = new object?[table.Columns.Length];
        for (var i = 0; i < columns.Count; i++)
        {
            row[table.Columns.IndexOf(columns[i])] = Canonical(columns[i], texts[i]) ?? throw Refused(columns, columns[i]);
        }

        return new TableKey(table).Of(row);

        FormatException Refused(IReadOnlyList<ColumnDescription> of, ColumnDescription? wrong) => new(
            (wrong is null ? $"that is no key of {table.Name}, " : $"that is no {TypeOf(wrong)} for {wrong.Name} of {table.Name}'s key, ")
            + $"which is ({string.Join(", ", of.Select(column => $"{column.Name} {TypeOf(column)}"))}): give "
            + (of.Count == 1 ? "its value" : $$"""'{{{string.Join(", ", of.Select(column => $"\"{column.Name}\": {(IsNumber(column) ? "1" : "\"...\"")}"))}}}'"""));
    }

    private static string[]? Texts(IReadOnlyList<ColumnDescription> columns, string typed)
    {
        try
        {
            using var json = JsonDocument.Parse(typed);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.EnumerateObject().Count() == columns.Count
                && columns.All(column => json.RootElement.TryGetProperty(column.Name, out _)))
            {
                return [.. columns.Select(column => json.RootElement.GetProperty(column.Name)).Select(value =>
                    value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText())];
            }
        }
        catch (JsonException)
        {
            // A plain value need not be JSON.
        }

        return columns.Count == 1 ? [typed] : null;
    }

    private static object? Canonical(ColumnDescription column, string text) => column.Type is not { } type ? Number(text)
        : text.Contains('\0', StringComparison.Ordinal) ? null
        : type.Kind switch
        {
            SourceKind.SmallInt or SourceKind.Integer or SourceKind.BigInt or SourceKind.Oid => Number(text)?.ToString(CultureInfo.InvariantCulture),
            SourceKind.Boolean => text is "true" or "false" ? text : null,
            SourceKind.Uuid => Guid.TryParse(text, out var id) ? id.ToString("D") : null,
            SourceKind.Date => text.EndsWith("infinity", StringComparison.Ordinal) || text.EndsWith("BC", StringComparison.Ordinal)
                || DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? text : null,
            SourceKind.Numeric or SourceKind.Money => text is "NaN" or "Infinity" or "-Infinity" ? text : Decimal(text, type.Scale),
            _ => text,
        };

    // As PostgreSQL prints it: with all places of the column's scale; without one, as it is typed.
    private static string? Decimal(string text, int? scale) =>
        !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? null
        : scale is not (>= 0 and <= 28) ? text
        : decimal.Round(number, scale.Value) == number ? number.ToString(string.Create(CultureInfo.InvariantCulture, $"F{scale}"), CultureInfo.InvariantCulture)
        : null;

    private static long? Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsNumber(ColumnDescription column) =>
        column.Type is null or { Kind: SourceKind.SmallInt or SourceKind.Integer or SourceKind.BigInt or SourceKind.Oid };

    private static string TypeOf(ColumnDescription column) => column.Type?.Name ?? "whole number";
}
