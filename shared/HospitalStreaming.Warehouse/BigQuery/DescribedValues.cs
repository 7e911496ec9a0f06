using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Domain.Sources;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Texts that PostgreSQL prints as JSON that a load job takes into the column's type, so that no value fails the job.</summary>
internal static class DescribedValues
{
    private const string BytesMark = "\\x";

    /// <summary>Writes a member; false, with nothing written, where the type cannot hold the value.</summary>
    internal static bool TryWrite(Utf8JsonWriter writer, string name, SourceType type, string text)
    {
        switch (DescribedTypes.Of(type))
        {
            case "FLOAT64" when text[^1] is >= '0' and <= '9':
                writer.WritePropertyName(name);
                writer.WriteRawValue(text);
                return true;
            case "BOOL":
                writer.WriteBoolean(name, text == "true");
                return true;
            case "JSON" when type.Kind == SourceKind.Array:
                writer.WritePropertyName(name);
                ArrayJson.Write(writer, text, type.Element!);
                return true;
            case "JSON":
                // A JSON null would be no value at all.
                var json = Encoding.UTF8.GetBytes(text);
                if (text.AsSpan().Trim().SequenceEqual("null") || !JsonFit.Holds(json))
                {
                    return false;
                }

                WriteCompact(writer, name, json);
                return true;
            case var kind when Loadable(kind, text) is { } loadable:
                writer.WriteString(name, loadable);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The text from which a load job makes the value; null where its type cannot hold it.</summary>
    private static string? Loadable(string type, string text) => type switch
    {
        "NUMERIC" => IsDecimal(text, DescribedTypes.FitsNumeric) ? text : null,
        "BIGNUMERIC" => IsDecimal(text, DescribedTypes.FitsBigNumeric) ? text : null,
        "BYTES" => Convert.ToBase64String(Convert.FromHexString(text.AsSpan(BytesMark.Length))),
        "DATE" => IsDay(text) ? text : null,
        "TIME" => text.StartsWith("24:", StringComparison.Ordinal) ? null : text,
        "DATETIME" => IsMoment(text) ? text : null,

        // Printed in UTC; two digits are no zone to every parser.
        "TIMESTAMP" => text.EndsWith("+00", StringComparison.Ordinal) && IsMoment(text[..^3]) ? text + ":00" : null,
        _ => text,
    };

    private static bool IsDecimal(string text, Func<int, int, bool> fits)
    {
        var (number, exponent) = text.IndexOfAny(['e', 'E']) is var e and >= 0
            ? (text[..e], int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : (text, 0);
        var digits = number.TrimStart('-');
        if (digits.Length == 0 || digits[0] is < '0' or > '9')
        {
            // NaN and infinities.
            return false;
        }

        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var whole = (point < 0 ? digits : digits[..point]).TrimStart('0');
        var places = point < 0 ? string.Empty : digits[(point + 1)..].TrimEnd('0');
        return fits(whole.Length + Math.Max(exponent, 0), places.Length + Math.Max(-exponent, 0));
    }

    // Four digits of a year after Christ: neither infinity, nor BC, nor five digits.
    private static bool IsDay(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsMoment(string text) => text.Length > 10 && IsDay(text[..10]) && !text.EndsWith("BC", StringComparison.Ordinal);

    // On one line, whatever line breaks the text has: a stage's lines are parted by them.
    private static void WriteCompact(Utf8JsonWriter writer, string name, byte[] json)
    {
        writer.WritePropertyName(name);
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonFit.MaxDepth });
        document.RootElement.WriteTo(writer);
    }
}
