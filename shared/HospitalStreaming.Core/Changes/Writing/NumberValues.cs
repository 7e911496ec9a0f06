using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>numeric, money and floating point under decimal.handling.mode.</summary>
internal static class NumberValues
{
    public static void Numeric(JsonBuffer json, ReadOnlySpan<byte> text, int? scale, DecimalHandlingMode mode)
    {
        var special = text is [(byte)'N', ..] ? "NAN"u8
            : text is [(byte)'I', ..] ? "POSITIVE_INFINITY"u8
            : text is [(byte)'-', (byte)'I', ..] ? "NEGATIVE_INFINITY"u8
            : [];
        switch (mode)
        {
            case DecimalHandlingMode.String:
                json.Text(special.IsEmpty ? text : special);
                break;
            case DecimalHandlingMode.Double:
                Float(json, text);
                break;
            case DecimalHandlingMode.Precise when !special.IsEmpty:
                // Debezium fails here; a name in place of base64 is refused by readers, one row at a time, and never taken for a number.
                json.Text(special);
                break;
            default:
                Precise(json, text, scale);
                break;
        }
    }

    public static void Money(JsonBuffer json, ReadOnlySpan<byte> text, DecimalHandlingMode mode)
    {
        // lc_monetary is C on our connections: -$1,234.56.
        Span<byte> plain = stackalloc byte[64];
        var length = 0;
        foreach (var character in text)
        {
            if (character is (byte)'-' or (byte)'.' or (>= (byte)'0' and <= (byte)'9'))
            {
                plain[length++] = character;
            }
        }

        Numeric(json, plain[..length], 2, mode);
    }

    /// <summary>A floating-point number as Java prints it; NaN and the infinities as text, as Connect's converter writes them.</summary>
    public static void Float(JsonBuffer json, ReadOnlySpan<byte> text)
    {
        if (text is [(byte)'N', ..] or [(byte)'I', ..] or [(byte)'-', (byte)'I', ..])
        {
            json.Text(text);
            return;
        }

        Span<byte> shortest = stackalloc byte[32];
        Utf8Parser.TryParse(text, out double value, out _);
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        Java(json, shortest[..length]);
    }

    // Double.toString: plain from 0.001 up to ten million, else one digit, point, digits, E, exponent; always a digit after the point.
    private static void Java(JsonBuffer json, ReadOnlySpan<byte> number)
    {
        if (number[0] == (byte)'-')
        {
            json.Raw((byte)'-');
            number = number[1..];
        }

        Span<byte> digits = stackalloc byte[400];
        var count = 0;
        var exponent = 0;
        var pointSeen = false;
        var at = 0;
        for (; at < number.Length && number[at] != (byte)'E'; at++)
        {
            if (number[at] == (byte)'.')
            {
                pointSeen = true;
                continue;
            }

            if (count > 0 || number[at] != (byte)'0')
            {
                digits[count++] = number[at];
            }

            exponent -= pointSeen ? 1 : 0;
        }

        if (at < number.Length)
        {
            exponent += int.Parse(number[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        while (count > 1 && digits[count - 1] == (byte)'0')
        {
            count--;
            exponent++;
        }

        if (count == 0)
        {
            json.Raw("0.0"u8);
            return;
        }

        Print(json, digits[..count], exponent + count - 1);
    }

    private static void Print(JsonBuffer json, ReadOnlySpan<byte> digits, int magnitude)
    {
        if (magnitude is < -3 or >= 7)
        {
            json.Raw(digits[0]);
            json.Raw((byte)'.');
            json.Raw(digits.Length > 1 ? digits[1..] : "0"u8);
            json.Raw((byte)'E');
            json.Number(magnitude);
            return;
        }

        if (magnitude < 0)
        {
            json.Raw("0."u8);
            for (var zeros = magnitude; zeros < -1; zeros++)
            {
                json.Raw((byte)'0');
            }

            json.Raw(digits);
            return;
        }

        for (var i = 0; i <= magnitude; i++)
        {
            json.Raw(i < digits.Length ? digits[i] : (byte)'0');
        }

        json.Raw((byte)'.');
        json.Raw(digits.Length > magnitude + 1 ? digits[(magnitude + 1)..] : "0"u8);
    }

    private static void Precise(JsonBuffer json, ReadOnlySpan<byte> text, int? scale)
    {
        var point = text.IndexOf((byte)'.');
        var digits = point < 0 ? Encoding.ASCII.GetString(text) : string.Concat(Encoding.ASCII.GetString(text[..point]), Encoding.ASCII.GetString(text[(point + 1)..]));
        var unscaled = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var own = point < 0 ? 0 : text.Length - point - 1;
        if (scale is { } fixedScale)
        {
            // Array elements may print fewer digits than the column's scale asks for in no case; kept exact all the same.
            unscaled *= BigInteger.Pow(10, Math.Max(0, fixedScale - own));
            json.Base64(unscaled.ToByteArray(isUnsigned: false, isBigEndian: true));
            return;
        }

        json.Raw("{\"scale\":"u8);
        json.Number((long)own);
        json.Raw(",\"value\":"u8);
        json.Base64(unscaled.ToByteArray(isUnsigned: false, isBigEndian: true));
        json.Raw((byte)'}');
    }
}
