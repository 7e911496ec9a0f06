namespace HospitalStreaming.Core.Domain;

/// <summary>The column types the hospital's own tables use, each with one PostgreSQL, one Debezium and one BigQuery type; and any other type of a described source.</summary>
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

    /// <summary>Any type of a described source (<see cref="ColumnDescription.Type"/>); values are the text PostgreSQL prints and takes.</summary>
    Source,
}
