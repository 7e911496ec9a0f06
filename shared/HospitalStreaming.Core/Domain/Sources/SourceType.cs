using System.Collections.Immutable;
using System.Globalization;

namespace HospitalStreaming.Core.Domain.Sources;

/// <summary>A column's type in the source, read from the text that PostgreSQL's format_type prints; domains are already taken down to their base.</summary>
/// <param name="Kind">How its values are read.</param>
/// <param name="Name">As printed, e.g. numeric(10,2), timestamp(3) without time zone, text[].</param>
public sealed record SourceType(SourceKind Kind, string Name)
{
    /// <summary>Of a column that messages have and no description.</summary>
    public static SourceType Undescribed { get; } = new(SourceKind.Undescribed, "text");

    private static readonly ImmutableDictionary<string, SourceKind> Kinds = ImmutableDictionary.CreateRange(StringComparer.Ordinal, new KeyValuePair<string, SourceKind>[]
    {
        new("smallint", SourceKind.SmallInt),
        new("integer", SourceKind.Integer),
        new("bigint", SourceKind.BigInt),
        new("oid", SourceKind.Oid),
        new("real", SourceKind.Real),
        new("double precision", SourceKind.Double),
        new("numeric", SourceKind.Numeric),
        new("money", SourceKind.Money),
        new("boolean", SourceKind.Boolean),
        new("bytea", SourceKind.Bytes),
        new("bit", SourceKind.Bit),
        new("bit varying", SourceKind.BitVarying),
        new("date", SourceKind.Date),
        new("time without time zone", SourceKind.Time),
        new("time with time zone", SourceKind.TimeTz),
        new("timestamp without time zone", SourceKind.Timestamp),
        new("timestamp with time zone", SourceKind.TimestampTz),
        new("uuid", SourceKind.Uuid),
        new("json", SourceKind.Json),
        new("jsonb", SourceKind.Jsonb),
        new("hstore", SourceKind.Hstore),
        new("point", SourceKind.Point),
    });

    /// <summary>Digits of a numeric; null where the column sets none.</summary>
    public int? Precision { get; init; }

    /// <summary>Digits after the point of a numeric (2 for money), below 0 for whole tens; null where the column sets none.</summary>
    public int? Scale { get; init; }

    /// <summary>Bits of a bit(n) or most of a bit varying(n); null elsewhere and where there is no limit.</summary>
    public int? Length { get; init; }

    /// <summary>Digits of fractional seconds of a time or timestamp.</summary>
    public int FractionDigits { get; init; } = 6;

    /// <summary>Element type of an array; null elsewhere.</summary>
    public SourceType? Element { get; init; }

    /// <summary>Reads a printed type. What is not known is text: Debezium sends it as PostgreSQL prints it.</summary>
    /// <param name="printed">Result of format_type.</param>
    /// <param name="isEnum">Whether the catalog says that it (or its element) is an enum.</param>
    public static SourceType Parse(string printed, bool isEnum = false)
    {
        if (printed.EndsWith("[]", StringComparison.Ordinal))
        {
            return new SourceType(SourceKind.Array, printed) { Element = Parse(printed[..^2], isEnum) };
        }

        var (name, arguments) = Split(printed);
        if (name.StartsWith("interval", StringComparison.Ordinal))
        {
            return new SourceType(SourceKind.Interval, printed);
        }

        if (isEnum || !Kinds.TryGetValue(name[(name.LastIndexOf('.') + 1)..], out var kind))
        {
            return new SourceType(isEnum ? SourceKind.Enum : SourceKind.Text, printed);
        }

        var type = new SourceType(kind, printed);
        return kind switch
        {
            SourceKind.Numeric when arguments.Length > 0 => type with { Precision = arguments[0], Scale = arguments.ElementAtOrDefault(1) },
            SourceKind.Money => type with { Scale = 2 },
            SourceKind.Bit => type with { Length = arguments.Length > 0 ? arguments[0] : 1 },
            SourceKind.BitVarying => type with { Length = arguments.Length > 0 ? arguments[0] : null },
            SourceKind.Time or SourceKind.TimeTz or SourceKind.Timestamp or SourceKind.TimestampTz when arguments.Length > 0 =>
                type with { FractionDigits = arguments[0] },
            _ => type,
        };
    }

    // "timestamp(3) without time zone" is "timestamp without time zone" of 3.
    private static (string Name, int[] Arguments) Split(string printed)
    {
        var open = printed.IndexOf('(', StringComparison.Ordinal);
        var close = printed.IndexOf(')', StringComparison.Ordinal);
        if (open < 0 || close < open)
        {
            return (printed, []);
        }

        var texts = printed[(open + 1)..close].Split(',');
        var arguments = new int[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            if (!int.TryParse(texts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out arguments[i]))
            {
                return (printed, []);
            }
        }

        return (string.Concat(printed.AsSpan(0, open), printed.AsSpan(close + 1)), arguments);
    }
}
