using System.Globalization;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Batching.Lines;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// What BigQuery's JSON type keeps as it is: 64-bit whole numbers, other numbers that are what a double prints, and objects that have each member
/// once. A number beyond that fails the load job it is in, and of a doubled member BigQuery keeps the first where everybody else reads the last.
/// See https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions, wide_number_mode exact.
/// </summary>
internal static class JsonFit
{
    // No text of so few bytes has more digits than a double keeps, or an exponent beyond it.
    private const int AlwaysExactBytes = 15;
    private static readonly JsonDocumentOptions EachOnce = new() { AllowDuplicateProperties = false };

    /// <summary>Whether BigQuery takes a record's line as the lake has it.</summary>
    internal static bool Loads(LakeRecord line) => Fits(line.Key) && Fits(line.Value);

    /// <summary>Whether a JSON text comes back with the same meaning.</summary>
    internal static bool Holds(ReadOnlyMemory<byte> json)
    {
        try
        {
            using (JsonDocument.Parse(json, EachOnce))
            {
                var reader = new Utf8JsonReader(json.Span);
                while (reader.Read())
                {
                    if (reader.TokenType == JsonTokenType.Number && !IsKept(ref reader))
                    {
                        return false;
                    }
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Fits(ReadOnlyMemory<byte>? bytes) => !LakeLineWriter.Stands(bytes) || Holds(bytes!.Value);

    private static bool IsKept(ref Utf8JsonReader number)
    {
        var text = number.ValueSpan;
        if (number.TryGetInt64(out _) || number.TryGetUInt64(out _) || (text.Length <= AlwaysExactBytes && !text.ContainsAny((byte)'e', (byte)'E')))
        {
            return true;
        }

        return number.TryGetDouble(out var kept) && double.IsFinite(kept)
            && Plain(Encoding.ASCII.GetString(text)) == Plain(kept.ToString("R", CultureInfo.InvariantCulture));
    }

    // One form for all spellings of a number: its digits without zeros at either end, and the power of ten of the last one.
    private static (bool Negative, string Digits, long Power) Plain(string number)
    {
        var negative = number[0] == '-';
        var e = number.AsSpan().IndexOfAny('e', 'E');
        var mantissa = number[(negative ? 1 : 0)..(e < 0 ? number.Length : e)];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", string.Empty, StringComparison.Ordinal);
        var exponent = 0L;
        if (e >= 0 && !long.TryParse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            // More digits than a long has: no number but zero stays finite and unlike zero with it.
            exponent = 0;
        }

        var whole = digits.TrimEnd('0');
        var power = exponent - (point < 0 ? 0 : mantissa.Length - point - 1) + (digits.Length - whole.Length);
        var plain = whole.TrimStart('0');
        return plain.Length == 0 ? (false, string.Empty, 0) : (negative, plain, power);
    }
}
