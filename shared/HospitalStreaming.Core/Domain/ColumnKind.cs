namespace HospitalStreaming.Core.Domain;

/// <summary>The column types the hospital's own tables use; each maps to one PostgreSQL, one Debezium and one BigQuery type.</summary>
public enum ColumnKind
{
    /// <summary>32-bit integer (PostgreSQL integer, BigQuery INT64).</summary>
    Int32,

    /// <summary>64-bit integer (PostgreSQL bigint, BigQuery INT64).</summary>
    Int64,

    /// <summary>Exact decimal with precision and scale (PostgreSQL numeric, BigQuery NUMERIC).</summary>
    Numeric,

    /// <summary>Text, with an optional limit in characters (PostgreSQL varchar/text, BigQuery STRING).</summary>
    Text,

    /// <summary>Calendar date (PostgreSQL date, BigQuery DATE).</summary>
    Date,

    /// <summary>An instant to the microsecond (PostgreSQL timestamptz, BigQuery TIMESTAMP).</summary>
    TimestampTz,

    /// <summary>True or false (PostgreSQL boolean, BigQuery BOOL).</summary>
    Boolean,
}
