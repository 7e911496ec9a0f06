using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Postgres;
using Npgsql;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>What the source's catalog says of a table's columns by now, and how their values are read to be compared.</summary>
internal static class SourceColumns
{
    private const int MostDigitsOfDouble = 15;
    private const int MillisecondDigits = 3;

    /// <summary>Described columns that the source has no more, or with a type that is none of the description's.</summary>
    internal static async Task<IReadOnlySet<string>> UnreadAsync(NpgsqlDataSource source, TableDescription table, CancellationToken cancellation)
    {
        var now = await SourceCatalogReader.ReadAsync(source, "public", table.Name, table.Modes, cancellation);
        var types = (now?.Columns ?? []).ToDictionary(column => column.Name, column => column.Type, StringComparer.Ordinal);
        return table.Columns.Where(column => !types.TryGetValue(column.Name, out var type) || !Reads(column, type)).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Described columns of which a message does not carry all (docs/types.md, "What an encoding loses"), so that raw is not the source.</summary>
    internal static IReadOnlySet<string> LostOf(TableDescription table) =>
        table.Columns.Where(column => column.Type is { } type && IsLost(type, table.Modes)).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether rows of the source have the keys that records have, when they are read as texts.</summary>
    internal static bool HasComparableKey(TableDescription table) => table.Key.Select(table.Required).All(column => column.Type is not { } type || (
        !IsLost(type, table.Modes) && type.Kind is not (SourceKind.Real or SourceKind.Double or SourceKind.Interval or SourceKind.TimeTz or SourceKind.Array or SourceKind.Jsonb)));

    /// <summary>SQL: a column of the source as the warehouse's own prints.</summary>
    internal static string Print(ColumnDescription column, string name) => column.Type is not { } type ? name : type.Kind switch
    {
        // As the type itself prints it: a cast to text would cut char(n)'s blanks off and give inet a mask.
        _ when PostgresTypes.Sql(column) == "text" => $"CASE WHEN {name} IS NOT NULL THEN format('%s', {name}) END",
        SourceKind.Money => $"({name})::numeric::text",
        SourceKind.Hstore => $"({name})::jsonb::text",
        SourceKind.TimeTz => $"({name} AT TIME ZONE 'UTC')::text",
        _ => PrintedColumns.Print(column, name),
    };

    private static bool IsLost(SourceType type, ValueModes modes) => type.Kind switch
    {
        SourceKind.Numeric => modes.Decimals == DecimalHandlingMode.Double && type is not { Precision: <= MostDigitsOfDouble, Scale: >= 0 },
        SourceKind.Money => modes.Decimals == DecimalHandlingMode.Double,
        SourceKind.Time or SourceKind.Timestamp => modes.Times == TimePrecisionMode.Connect && type.FractionDigits > MillisecondDigits,
        SourceKind.Interval => modes.Intervals == IntervalHandlingMode.Numeric,
        SourceKind.BitVarying => true,

        // Items of these print otherwise within an array than alone.
        SourceKind.Array => type.Element is not { } element || IsLost(element, modes) || element.Kind is SourceKind.Money or SourceKind.Hstore or SourceKind.TimeTz or SourceKind.Oid,
        _ => false,
    };

    private static bool Reads(ColumnDescription column, SourceType type) => column.Kind switch
    {
        ColumnKind.Source => type.Kind == column.Type!.Kind && type.Element?.Kind == column.Type.Element?.Kind,
        ColumnKind.Int32 => type.Kind is SourceKind.Integer or SourceKind.SmallInt,
        ColumnKind.Int64 => type.Kind is SourceKind.BigInt or SourceKind.Integer or SourceKind.SmallInt,
        ColumnKind.Numeric => type.Kind == SourceKind.Numeric,
        ColumnKind.Date => type.Kind == SourceKind.Date,
        ColumnKind.TimestampTz => type.Kind == SourceKind.TimestampTz,
        ColumnKind.Boolean => type.Kind == SourceKind.Boolean,
        _ => type.Name is "text" or "name" || type.Name.StartsWith("character", StringComparison.Ordinal),
    };
}
