using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// BigQuery's type of each source type (docs/types.md). A type that cannot hold some value of its source keeps NULL for it, and the value's text stands
/// in <see cref="Texts"/>.
/// </summary>
internal static class DescribedTypes
{
    /// <summary>Column of current with what the row's own columns cannot hold: an object of column names and the texts PostgreSQL prints.</summary>
    internal const string Texts = "_texts";

    // Digits before and behind the point; BIGNUMERIC holds some numbers of 39 digits more.
    private const int NumericWhole = 29;
    private const int NumericPlaces = 9;
    private const int BigNumericDigits = 38;

    internal static bool HasTexts(TableDescription table) => table.Columns.Any(column => column.Kind == ColumnKind.Source && column.Type != SourceType.Undescribed);

    internal static string Of(ColumnDescription column) => column.Type is { } type ? Of(type) : BigQueryValues.Type(column.Kind);

    internal static string Of(SourceType type) => type.Kind switch
    {
        SourceKind.SmallInt or SourceKind.Integer or SourceKind.BigInt or SourceKind.Oid => "INT64",
        SourceKind.Real or SourceKind.Double => "FLOAT64",
        SourceKind.Money => "NUMERIC",
        SourceKind.Numeric => type is not { Precision: { } digits, Scale: { } places } || places < 0 ? "STRING"
            : FitsNumeric(digits - places, places) ? "NUMERIC"
            : FitsBigNumeric(digits - places, places) ? "BIGNUMERIC"
            : "STRING",
        SourceKind.Boolean => "BOOL",
        SourceKind.Bytes => "BYTES",
        SourceKind.Date => "DATE",
        SourceKind.Time => "TIME",
        SourceKind.Timestamp => "DATETIME",
        SourceKind.TimestampTz => "TIMESTAMP",

        // Arrays of BigQuery hold no NULL and no arrays.
        SourceKind.Json or SourceKind.Jsonb or SourceKind.Hstore or SourceKind.Array => "JSON",
        _ => "STRING",
    };

    internal static bool FitsNumeric(int whole, int places) => whole <= NumericWhole && places <= NumericPlaces;

    internal static bool FitsBigNumeric(int whole, int places) => whole <= BigNumericDigits && places <= BigNumericDigits;
}
