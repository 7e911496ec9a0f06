namespace HospitalStreaming.Core.Changes.Reading;

/// <summary>Timestamps with zone as Debezium writes them, 2026-03-01T08:00:00.123456Z, read without the parser of all formats.</summary>
internal static class UtcTexts
{
    private const int Seconds = 19;
    private const int MostDigits = 7;

    /// <summary>The instant; null for every other text.</summary>
    internal static DateTimeOffset? Read(ReadOnlySpan<byte> text)
    {
        if (text.Length <= Seconds || text[^1] != 'Z' || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || !Number(text[..4], out var year) || !Number(text[5..7], out var month) || !Number(text[8..10], out var day)
            || !Number(text[11..13], out var hour) || !Number(text[14..16], out var minute) || !Number(text[17..19], out var second)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59
            || !Fraction(text[Seconds..^1], out var ticks))
        {
            return null;
        }

        return new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddTicks(ticks);
    }

    private static bool Fraction(ReadOnlySpan<byte> text, out int ticks)
    {
        ticks = 0;
        if (text.IsEmpty)
        {
            return true;
        }

        var digits = text[1..];
        if (text[0] != '.' || digits.Length is 0 or > MostDigits || !Number(digits, out ticks))
        {
            return false;
        }

        for (var i = digits.Length; i < MostDigits; i++)
        {
            ticks *= 10;
        }

        return true;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if ((uint)(digit - '0') > 9)
            {
                return false;
            }

            number = (number * 10) + digit - '0';
        }

        return true;
    }
}
