namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Families of PostgreSQL types, by how Debezium writes them.</summary>
public enum PostgresKind
{
    /// <summary>Text as PostgreSQL prints it: character types, uuid, json, xml, inet, enums, ranges, and types not known.</summary>
    Text,

    /// <summary>smallint, integer, bigint, oid.</summary>
    Integer,

    /// <summary>real and double precision.</summary>
    Float,

    /// <summary>numeric.</summary>
    Numeric,

    /// <summary>money.</summary>
    Money,

    /// <summary>boolean.</summary>
    Boolean,

    /// <summary>bytea.</summary>
    Bytes,

    /// <summary>bit and bit varying.</summary>
    Bits,

    /// <summary>date.</summary>
    Date,

    /// <summary>time without time zone.</summary>
    Time,

    /// <summary>time with time zone.</summary>
    TimeTz,

    /// <summary>timestamp without time zone.</summary>
    Timestamp,

    /// <summary>timestamp with time zone.</summary>
    TimestampTz,

    /// <summary>interval.</summary>
    Interval,

    /// <summary>point.</summary>
    Point,

    /// <summary>hstore.</summary>
    Hstore,

    /// <summary>An array of <see cref="PostgresType.Element"/>.</summary>
    Array,
}
