using System.Diagnostics.CodeAnalysis;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>Instants as events carry them: written as YYYY-MM-DDTHH:MM:SS.ffffffZ, read in any ISO 8601 form with a zone.</summary>
internal static class TimestampText
{
    public const int Length = 27;

    // The first and last day are left out: Npgsql takes the ends of .NET's range for minus and plus infinity.
    private static readonly long MinTicks = new DateTime(1, 1, 2, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly long MaxTicks = new DateTime(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc).Ticks - 1;

    private static readonly EventProblem NotATime = new(RejectionReasons.WrongType, "is not a time in ISO 8601 with a zone");

    public static void Write(DateTimeOffset time, Span<byte> to)
    {
        var utc = time.UtcDateTime;
        Digits(to, 0, 4, utc.Year);
        to[4] = (byte)'-';
        Digits(to, 5, 2, utc.Month);
        to[7] = (byte)'-';
        Digits(to, 8, 2, utc.Day);
        to[10] = (byte)'T';
        Digits(to, 11, 2, utc.Hour);
        to[13] = (byte)':';
        Digits(to, 14, 2, utc.Minute);
        to[16] = (byte)':';
        Digits(to, 17, 2, utc.Second);
        to[19] = (byte)'.';
        Digits(to, 20, 6, (int)(utc.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
        to[26] = (byte)'Z';
    }

    public static bool TryRead(string text, out DateTimeOffset time, [NotNullWhen(false)] out EventProblem? problem)
    {
        time = default;
        problem = NotATime;
        if (text.Length is < 20 or > 40 || text[10] is not ('T' or 't' or ' ') || text[13] != ':' || text[16] != ':'
            || !DateText.TryDigits(text, 11, 2, out var hour) || hour > 23
            || !DateText.TryDigits(text, 14, 2, out var minute) || minute > 59
            || !DateText.TryDigits(text, 17, 2, out var second) || second > 59
            || !DateText.TryDay(text.AsSpan(0, 10), out var day))
        {
            return false;
        }

        var at = 19;
        if (!TryFraction(text, ref at, out var micros, out var tooFine))
        {
            problem = tooFine ? new(RejectionReasons.WrongType, "is finer than a microsecond") : NotATime;
            return false;
        }

        if (!TryZone(text, at, out var offset))
        {
            return false;
        }

        var ticks = day.ToDateTime(TimeOnly.MinValue).Ticks
            + (((hour * 60L) + minute) * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond)
            + (micros * TimeSpan.TicksPerMicrosecond) - offset;
        if (ticks < MinTicks || ticks > MaxTicks)
        {
            problem = new(RejectionReasons.OutOfRange, "is a time outside the years 1 to 9999");
            return false;
        }

        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        problem = null;
        return true;
    }

    private static bool TryFraction(string text, ref int at, out int micros, out bool tooFine)
    {
        micros = 0;
        tooFine = false;
        if (text[at] != '.')
        {
            return true;
        }

        var digits = 0;
        for (at++; at < text.Length && char.IsAsciiDigit(text[at]); at++, digits++)
        {
            if (digits < 6)
            {
                micros = (micros * 10) + (text[at] - '0');
            }
            else if (text[at] != '0')
            {
                tooFine = true;
                return false;
            }
        }

        for (var missing = digits; missing < 6; missing++)
        {
            micros *= 10;
        }

        return digits > 0;
    }

    private static bool TryZone(string text, int at, out long offsetTicks)
    {
        offsetTicks = 0;
        if (at == text.Length - 1 && text[at] is 'Z' or 'z')
        {
            return true;
        }

        if (at != text.Length - 6 || text[at] is not ('+' or '-') || text[at + 3] != ':'
            || !DateText.TryDigits(text, at + 1, 2, out var hours) || hours > 15
            || !DateText.TryDigits(text, at + 4, 2, out var minutes) || minutes > 59)
        {
            return false;
        }

        offsetTicks = ((hours * 60L) + minutes) * TimeSpan.TicksPerMinute * (text[at] == '-' ? -1 : 1);
        return true;
    }

    private static void Digits(Span<byte> to, int at, int count, int number)
    {
        for (var index = at + count - 1; index >= at; index--, number /= 10)
        {
            to[index] = (byte)('0' + (number % 10));
        }
    }
}
