using System.Globalization;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Core.Auditing;

/// <summary>
/// One form of a described column's value for all who hold it: the record (as <see cref="Changes.Reading.SourceValueReader"/> reads it), PostgreSQL
/// (its own print, arrays as to_jsonb) and a warehouse of other types. Equal values have equal texts and others other ones, but for JSON, which
/// compares by what it says: neither white space, nor the order of members, nor how a number is written.
/// </summary>
public static class ComparedText
{
    /// <summary>Whether values of the type compare at all: items that are JSON themselves cannot be told from texts within an array.</summary>
    public static bool Covers(SourceType type) => type.Element?.Kind is not (SourceKind.Json or SourceKind.Jsonb or SourceKind.Hstore);

    /// <summary>The form. A text that is no value of the type stays as it is.</summary>
    /// <param name="type">The column's type in the source.</param>
    /// <param name="text">A value of it.</param>
    public static string Of(SourceType type, string text) => type.Kind switch
    {
        SourceKind.Real => float.TryParse(Words(text), NumberStyles.Float, CultureInfo.InvariantCulture, out var single)
            ? (single == 0 ? 0 : single).ToString("R", CultureInfo.InvariantCulture)
            : text,
        SourceKind.Double => Double(text),
        SourceKind.Numeric or SourceKind.Money => PlainNumber.TryRead(text, out var number) ? (type.Scale is null ? number.WithPlaces : number.ToString()) : text,
        SourceKind.Time or SourceKind.TimeTz or SourceKind.Timestamp or SourceKind.TimestampTz => Moment(text),
        SourceKind.Interval => ComparedInterval.Of(text) ?? text,
        SourceKind.Point => string.Join(',', text.Trim('(', ')').Split(',').Select(Double)),
        SourceKind.Json or SourceKind.Jsonb or SourceKind.Hstore => ComparedJson.Of(text) ?? text,
        SourceKind.Array => ComparedArray.Of(type.Element!, text) ?? text,
        _ => text,
    };

    private static string Double(string text) => double.TryParse(Words(text), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        ? (number == 0 ? 0 : number).ToString("R", CultureInfo.InvariantCulture)
        : text;

    // Each side has its own words for what is no number. Zero's sign is left out: not everybody keeps it.
    private static string Words(string text) => text.ToLowerInvariant() switch
    {
        "nan" => "NaN",
        "inf" or "+inf" => "Infinity",
        "-inf" => "-Infinity",
        _ => text,
    };

    // With a space, as few digits of a second as say it, and the zone as PostgreSQL prints UTC.
    private static string Moment(string text)
    {
        var plain = text.Replace('T', ' ').Replace("+00:00", "+00", StringComparison.Ordinal);
        var point = plain.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
        {
            return plain;
        }

        var end = point + 1;
        while (end < plain.Length && char.IsAsciiDigit(plain[end]))
        {
            end++;
        }

        return string.Concat(plain[..end].TrimEnd('0').TrimEnd('.'), plain.AsSpan(end));
    }
}
