namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Writes ISO 8601 text in UTC as java.time does.</summary>
internal static class IsoText
{
    public static void Date(JsonBuffer json, long days)
    {
        var (year, month, day) = CivilTime.Civil(days);
        if (year < 0)
        {
            json.Raw((byte)'-');
            year = -year;
        }
        else if (year > 9999)
        {
            json.Raw((byte)'+');
        }

        Padded(json, year, 4);
        json.Raw((byte)'-');
        Padded(json, month, 2);
        json.Raw((byte)'-');
        Padded(json, day, 2);
    }

    /// <summary>hh:mm:ss and a fraction: of exactly so many digits, or with trailing zeros left out when null.</summary>
    public static void Time(JsonBuffer json, long micros, int? fractionDigits)
    {
        var seconds = micros / 1_000_000;
        Padded(json, seconds / 3600, 2);
        json.Raw((byte)':');
        Padded(json, seconds / 60 % 60, 2);
        json.Raw((byte)':');
        Padded(json, seconds % 60, 2);
        var fraction = micros % 1_000_000;
        var digits = fractionDigits ?? 6;
        for (var spare = digits; spare < 6; spare++)
        {
            fraction /= 10;
        }

        while (fractionDigits is null && digits > 0 && fraction % 10 == 0)
        {
            fraction /= 10;
            digits--;
        }

        if (digits > 0)
        {
            json.Raw((byte)'.');
            Padded(json, fraction, digits);
        }
    }

    private static void Padded(JsonBuffer json, long value, int width)
    {
        for (var limit = Power(width - 1); limit > 1 && value < limit; limit /= 10)
        {
            json.Raw((byte)'0');
        }

        json.Number(value);
    }

    private static long Power(int exponent)
    {
        var power = 1L;
        for (var i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}
