using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HospitalStreaming.Core.Changes.Reading;

/// <summary>Numbers as PostgreSQL prints them, out of every decimal.handling.mode.</summary>
internal static partial class NumberTexts
{
    // numeric's own bounds: 131,072 digits before the point, 16,383 behind it.
    private const int MostDigits = 131_072;
    private const int MostScale = 16_383;

    internal static string? Real(JsonElement value)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : null;
    }

    internal static string? Double(JsonElement value)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : null;
    }

    internal static string? Numeric(JsonElement value, int? scale, DecimalHandlingMode mode)
    {
        if (Special(value) is { } special)
        {
            return special;
        }

        return (mode, value.ValueKind) switch
        {
            (DecimalHandlingMode.Precise, JsonValueKind.String) when scale is { } digits => Unscaled(value, digits),

            // A numeric without a scale of its own: {"scale":9,"value":"base64"}.
            (DecimalHandlingMode.Precise, JsonValueKind.Object) when value.TryGetProperty("scale", out var own) && own.ValueKind == JsonValueKind.Number
                && own.TryGetInt32(out var digits) && value.TryGetProperty("value", out var bytes) && bytes.ValueKind == JsonValueKind.String => Unscaled(bytes, digits),
            (DecimalHandlingMode.Double, JsonValueKind.Number) => Rounded(value, scale),
            (DecimalHandlingMode.String, JsonValueKind.String) => Printed(value.GetString()!),

            // Cast to a float by a transform, whatever the connector's mode.
            (_, JsonValueKind.Number) => Rounded(value, scale),
            _ => null,
        };
    }

    // Connect's and PostgreSQL's names, and those of Debezium's SpecialValueDecimal.
    private static string? Special(JsonElement value) => value.ValueKind != JsonValueKind.String ? null : value.GetString() switch
    {
        "NaN" or "NAN" => "NaN",
        "Infinity" or "POSITIVE_INFINITY" => "Infinity",
        "-Infinity" or "NEGATIVE_INFINITY" => "-Infinity",
        _ => null,
    };

    private static string? Unscaled(JsonElement base64, int scale)
    {
        if (scale is < -MostScale or > MostScale || !base64.TryGetBytesFromBase64(out var bytes) || bytes.Length is 0 or > MostDigits / 2)
        {
            return null;
        }

        var unscaled = new BigInteger(bytes, isUnsigned: false, isBigEndian: true);
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture);
        if (scale <= 0)
        {
            return Signed(unscaled.IsZero ? "0" : digits + new string('0', -scale), unscaled.Sign < 0);
        }

        digits = digits.PadLeft(scale + 1, '0');
        return Signed(string.Concat(digits.AsSpan(0, digits.Length - scale), ".", digits.AsSpan(digits.Length - scale)), unscaled.Sign < 0);
    }

    // The nearest number of the column's scale: the one that was, as long as it has no more than 15 digits.
    private static string? Rounded(JsonElement value, int? scale)
    {
        if (!value.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            return null;
        }

        if (scale is >= 0 and <= 28 && Math.Abs(number) < 1e15)
        {
            var shortest = decimal.Parse(number.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);
            return decimal.Round(shortest, scale.Value, MidpointRounding.AwayFromZero).ToString("F" + scale.Value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        }

        return Plain(number.ToString("R", CultureInfo.InvariantCulture));
    }

    // 1.2345678901234568E+29 without its exponent.
    private static string Plain(string shortest)
    {
        var e = shortest.IndexOf('E', StringComparison.Ordinal);
        if (e < 0)
        {
            return shortest;
        }

        var negative = shortest[0] == '-';
        var mantissa = shortest[(negative ? 1 : 0)..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", string.Empty, StringComparison.Ordinal);
        var places = (point < 0 ? mantissa.Length : point) + int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var plain = places <= 0 ? string.Concat("0.", new string('0', -places), digits)
            : places >= digits.Length ? digits.PadRight(places, '0')
            : string.Concat(digits.AsSpan(0, places), ".", digits.AsSpan(places));
        return Signed(plain, negative);
    }

    private static string? Printed(string text) => text.Length <= MostDigits && PrintedForm().IsMatch(text) ? text : null;

    private static string Signed(string digits, bool negative) => negative ? "-" + digits : digits;

    [GeneratedRegex(@"\A-?[0-9]+(\.[0-9]{1,16383})?([eE][+-]?[0-9]{1,4})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PrintedForm();
}
