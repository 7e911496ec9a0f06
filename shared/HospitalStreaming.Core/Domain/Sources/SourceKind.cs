namespace HospitalStreaming.Core.Domain.Sources;

/// <summary>PostgreSQL's types, as far as their values are read and mapped differently. docs/types.md says what becomes of each.</summary>
public enum SourceKind
{
    /// <summary>Anything that travels and is kept as the text PostgreSQL prints: character types, xml, network addresses, ranges, types not known.</summary>
    Text,

    /// <summary>An enum of the source's own.</summary>
    Enum,

    /// <summary>smallint.</summary>
    SmallInt,

    /// <summary>integer.</summary>
    Integer,

    /// <summary>bigint.</summary>
    BigInt,

    /// <summary>oid: an unsigned 32-bit number.</summary>
    Oid,

    /// <summary>real.</summary>
    Real,

    /// <summary>double precision.</summary>
    Double,

    /// <summary>numeric, with or without a scale of its own.</summary>
    Numeric,

    /// <summary>money.</summary>
    Money,

    /// <summary>boolean.</summary>
    Boolean,

    /// <summary>bytea.</summary>
    Bytes,

    /// <summary>bit(n); Debezium writes bit(1) as a boolean.</summary>
    Bit,

    /// <summary>bit varying.</summary>
    BitVarying,

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

    /// <summary>uuid.</summary>
    Uuid,

    /// <summary>json: the text as it was entered.</summary>
    Json,

    /// <summary>jsonb.</summary>
    Jsonb,

    /// <summary>hstore.</summary>
    Hstore,

    /// <summary>point.</summary>
    Point,

    /// <summary>An array of <see cref="SourceType.Element"/>, of any number of dimensions.</summary>
    Array,

    /// <summary>A column that nobody has described: texts as they are, any other JSON value as its JSON.</summary>
    Undescribed,
}
