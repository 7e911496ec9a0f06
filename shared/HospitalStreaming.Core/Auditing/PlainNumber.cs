using System.Globalization;

namespace HospitalStreaming.Core.Auditing;

/// <summary>A decimal of any length by its value: its digits without zeros at either end, and the power of ten of the last one.</summary>
public readonly record struct PlainNumber
{
    private PlainNumber(bool negative, string digits, long power, long places) => (IsNegative, Digits, Power, Places) = (negative, digits, power, places);

    /// <summary>Below zero.</summary>
    public bool IsNegative { get; }

    /// <summary>Digits; empty for zero.</summary>
    public string Digits { get; }

    /// <summary>Power of ten of the last digit; 0 for zero.</summary>
    public long Power { get; }

    /// <summary>Digits behind the point as it was written, its exponent taken out.</summary>
    public long Places { get; }

    /// <summary>A text of the value and of the digits behind the point: 1.0 and 1.00 are two, 1E+1 and 10 one.</summary>
    public string WithPlaces => string.Create(CultureInfo.InvariantCulture, $"{ToString()}/{Places}");

    /// <summary>Reads a number; false for what is none, such as NaN.</summary>
    /// <param name="text">Digits with a sign, a point and an exponent or without.</param>
    /// <param name="number">The number.</param>
    public static bool TryRead(string text, out PlainNumber number)
    {
        number = default;
        var negative = text.StartsWith('-');
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = text[(negative ? 1 : 0)..(e < 0 ? text.Length : e)];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", string.Empty, StringComparison.Ordinal);
        if (digits.Length == 0 || digits.AsSpan().ContainsAnyExceptInRange('0', '9') || mantissa.Length - digits.Length > 1)
        {
            return false;
        }

        var exponent = 0L;
        if (e >= 0 && !long.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
        {
            // More digits than a long has: only zero is a number with it that anybody keeps.
            if (digits.AsSpan().ContainsAnyExcept('0'))
            {
                return false;
            }

            exponent = 0;
        }

        var written = point < 0 ? 0 : mantissa.Length - point - 1;
        var whole = digits.TrimEnd('0');
        var plain = whole.TrimStart('0');
        var places = Math.Max(written - exponent, 0);
        number = plain.Length == 0
            ? new PlainNumber(false, string.Empty, 0, places)
            : new PlainNumber(negative, plain, exponent - written + (digits.Length - whole.Length), places);
        return true;
    }

    /// <summary>A text of the value alone.</summary>
    public override string ToString() => Digits is not { Length: > 0 } ? "0" : string.Create(CultureInfo.InvariantCulture, $"{(IsNegative ? "-" : string.Empty)}{Digits}e{Power}");
}
