using System.Buffers.Text;

namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>
/// Reads PostgreSQL's ISO date style, years BC and beyond 9999 included. Calendar arithmetic after Howard Hinnant's days_from_civil
/// (https://howardhinnant.github.io/date_algorithms.html): proleptic Gregorian, as PostgreSQL and java.time count.
/// </summary>
internal static class CivilTime
{
    public const long MicrosPerDay = 86_400_000_000;

    /// <summary>Days since 1970 of the date the text starts with; advances past it.</summary>
    public static long Days(ref ReadOnlySpan<byte> text, bool beforeChrist)
    {
        var year = Digits(ref text);
        Skip(ref text, (byte)'-');
        var month = (int)Digits(ref text);
        Skip(ref text, (byte)'-');
        var day = (int)Digits(ref text);
        return DaysOf(beforeChrist ? 1 - year : year, month, day);
    }

    /// <summary>Microseconds since midnight of the time the text starts with (hh:mm:ss[.ffffff]); advances past it.</summary>
    public static long Micros(ref ReadOnlySpan<byte> text)
    {
        var hours = Digits(ref text);
        Skip(ref text, (byte)':');
        var minutes = Digits(ref text);
        Skip(ref text, (byte)':');
        var seconds = Digits(ref text);
        var micros = 0L;
        if (text is [(byte)'.', ..])
        {
            text = text[1..];
            var before = text.Length;
            micros = Digits(ref text);
            for (var digits = before - text.Length; digits < 6; digits++)
            {
                micros *= 10;
            }
        }

        return ((((hours * 60) + minutes) * 60) + seconds) * 1_000_000 + micros;
    }

    /// <summary>Seconds east of Greenwich of the zone the text starts with (+hh[:mm[:ss]]); 0 where there is none.</summary>
    public static long ZoneSeconds(ref ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] is not ((byte)'+' or (byte)'-'))
        {
            return 0;
        }

        var sign = text[0] == (byte)'-' ? -1 : 1;
        text = text[1..];
        var seconds = Digits(ref text) * 3600;
        for (var unit = 60; text is [(byte)':', ..] && unit > 0; unit /= 60)
        {
            text = text[1..];
            seconds += Digits(ref text) * unit;
        }

        return sign * seconds;
    }

    public static bool IsBeforeChrist(ReadOnlySpan<byte> text) => text.EndsWith(" BC"u8);

    public static long DaysOf(long year, int month, int day)
    {
        year -= month <= 2 ? 1 : 0;
        var era = (year >= 0 ? year : year - 399) / 400;
        var yearOfEra = year - (era * 400);
        var dayOfYear = ((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5 + day - 1;
        return (era * 146_097) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - 719_468;
    }

    public static (long Year, int Month, int Day) Civil(long days)
    {
        days += 719_468;
        var era = (days >= 0 ? days : days - 146_096) / 146_097;
        var dayOfEra = days - (era * 146_097);
        var yearOfEra = (dayOfEra - (dayOfEra / 1_460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shifted = ((5 * dayOfYear) + 2) / 153;
        var month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, (int)(dayOfYear - (((153 * shifted) + 2) / 5) + 1));
    }

    private static long Digits(ref ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out long value, out var taken) || taken == 0 || text[0] is (byte)'-' or (byte)'+')
        {
            throw new FormatException("PostgreSQL printed a date or time in another style than ISO");
        }

        text = text[taken..];
        return value;
    }

    private static void Skip(ref ReadOnlySpan<byte> text, byte expected)
    {
        if (text.IsEmpty || text[0] != expected)
        {
            throw new FormatException("PostgreSQL printed a date or time in another style than ISO");
        }

        text = text[1..];
    }
}
