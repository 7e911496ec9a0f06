using System.Diagnostics.CodeAnalysis;

namespace HospitalStreaming.Core.Domain.Events;

/// <summary>Calendar dates as events carry them: YYYY-MM-DD and nothing else.</summary>
internal static class DateText
{
    // See TimestampText: the driver takes the ends of the range for infinity.
    private static readonly DateOnly Min = new(1, 1, 2);
    private static readonly DateOnly Max = new(9999, 12, 30);

    public static bool TryRead(string text, out DateOnly date, [NotNullWhen(false)] out EventProblem? problem)
    {
        if (!TryDay(text, out date))
        {
            problem = new(RejectionReasons.WrongType, "is not a date of the form YYYY-MM-DD");
            return false;
        }

        problem = date < Min || date > Max ? new(RejectionReasons.OutOfRange, "is a date outside the years 1 to 9999") : null;
        return problem is null;
    }

    public static bool TryDay(ReadOnlySpan<char> text, out DateOnly date)
    {
        date = default;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-'
            || !TryDigits(text, 0, 4, out var year) || year < 1
            || !TryDigits(text, 5, 2, out var month) || month is < 1 or > 12
            || !TryDigits(text, 8, 2, out var day) || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        date = new DateOnly(year, month, day);
        return true;
    }

    public static bool TryDigits(ReadOnlySpan<char> text, int at, int count, out int number)
    {
        number = 0;
        foreach (var digit in text.Slice(at, count))
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }
}
