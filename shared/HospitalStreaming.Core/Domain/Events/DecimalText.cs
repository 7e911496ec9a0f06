using System.Diagnostics.CodeAnalysis;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>
/// Exact decimals in JSON's number form. .NET's own parsers round the 29th digit away without a word; this one takes a number exactly or not
/// at all.
/// </summary>
internal static class DecimalText
{
    private const int MaxLength = 60;

    public static bool TryRead(ReadOnlySpan<char> text, int precision, int scale, out decimal number, [NotNullWhen(false)] out EventProblem? problem)
    {
        number = 0;
        problem = new(RejectionReasons.WrongType, "is not a decimal number");
        Span<char> digits = stackalloc char[MaxLength];
        if (text.Length > MaxLength || !TryScan(text, digits, out var count, out var pointAt, out var negative))
        {
            return false;
        }

        var significant = digits[..count].TrimEnd('0');
        var leading = significant.Length - significant.TrimStart('0').Length;
        significant = significant[leading..];
        pointAt -= leading;
        if (significant.Length - pointAt > scale && significant.Length > 0)
        {
            problem = new(RejectionReasons.WrongType, $"has more than {scale} decimals");
            return false;
        }

        if (pointAt > precision - scale && significant.Length > 0)
        {
            problem = new(RejectionReasons.OutOfRange, $"has more than {precision - scale} digits before the point");
            return false;
        }

        decimal units = 0;
        foreach (var digit in significant)
        {
            units = (units * 10) + (digit - '0');
        }

        for (var missing = significant.Length; significant.Length > 0 && missing < pointAt + scale; missing++)
        {
            units *= 10;
        }

        // Multiplying, not dividing, keeps the column's scale: 12.00, not 12.
        number = units * new decimal(1, 0, 0, isNegative: negative && units != 0, (byte)scale);
        problem = null;
        return true;
    }

    /// <summary>Splits JSON's number grammar into its digits and the place of the point among them.</summary>
    private static bool TryScan(ReadOnlySpan<char> text, Span<char> digits, out int count, out int pointAt, out bool negative)
    {
        count = 0;
        pointAt = 0;
        negative = text.Length > 0 && text[0] == '-';
        var at = negative ? 1 : 0;
        var whole = Take(text, ref at, digits, ref count);
        if (whole == 0 || (whole > 1 && digits[0] == '0'))
        {
            return false;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            if (Take(text, ref at, digits, ref count) == 0)
            {
                return false;
            }
        }

        var exponent = 0;
        if (at < text.Length && text[at] is 'e' or 'E' && !TryExponent(text[(at + 1)..], out exponent))
        {
            return false;
        }

        pointAt = whole + exponent;
        return at == text.Length || text[at] is 'e' or 'E';
    }

    private static bool TryExponent(ReadOnlySpan<char> text, out int exponent)
    {
        exponent = 0;
        var sign = text.Length > 0 && text[0] is '+' or '-' ? text[0] : '+';
        var digits = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        if (digits.Length is 0 or > 6 || !DateText.TryDigits(digits, 0, digits.Length, out exponent))
        {
            return false;
        }

        exponent = sign == '-' ? -exponent : exponent;
        return true;
    }

    private static int Take(ReadOnlySpan<char> text, ref int at, Span<char> digits, ref int count)
    {
        var before = count;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            digits[count++] = text[at];
        }

        return count - before;
    }
}
