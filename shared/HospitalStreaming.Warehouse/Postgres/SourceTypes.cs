using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// The warehouse's PostgreSQL type of each source type (docs/types.md). Values are texts that the type's own input takes; types whose input depends on
/// what is installed (enums, extensions, xml, ranges of the source's own) stay texts.
/// </summary>
internal static class SourceTypes
{
    internal static string Sql(SourceType type) => type.Kind switch
    {
        SourceKind.SmallInt => "smallint",
        SourceKind.Integer => "integer",
        SourceKind.BigInt or SourceKind.Oid => "bigint",
        SourceKind.Real => "real",
        SourceKind.Double => "double precision",
        SourceKind.Numeric or SourceKind.Money => "numeric",
        SourceKind.Boolean => "boolean",
        SourceKind.Bytes => "bytea",
        SourceKind.Bit or SourceKind.BitVarying => "bit varying",
        SourceKind.Date => "date",
        SourceKind.Time => "time without time zone",
        SourceKind.TimeTz => "time with time zone",
        SourceKind.Timestamp => "timestamp without time zone",
        SourceKind.TimestampTz => "timestamp with time zone",
        SourceKind.Interval => "interval",
        SourceKind.Uuid => "uuid",
        SourceKind.Json => "json",
        SourceKind.Jsonb or SourceKind.Hstore => "jsonb",
        SourceKind.Point => "point",
        SourceKind.Array => Sql(type.Element!) + "[]",
        _ => "text",
    };
}
