namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>Dates, times and timestamps under time.precision.mode. Infinities go as Debezium sends them.</summary>
internal static class TimeValues
{
    // What the Java driver makes of infinity: milliseconds in a java.sql.Timestamp.
    private const long FarFutureMillis = 9_223_372_036_825_200;
    private const long FarPastMillis = -9_223_372_036_832_400;
    private const long FarPastDays = -2_147_472_691;

    public static void Date(JsonBuffer json, ReadOnlySpan<byte> text, TimePrecisionMode mode)
    {
        var days = text.SequenceEqual("infinity"u8) ? int.MaxValue
            : text.SequenceEqual("-infinity"u8) ? FarPastDays
            : CivilTime.Days(ref text, CivilTime.IsBeforeChrist(text));
        if (mode != TimePrecisionMode.IsoString)
        {
            json.Number(days);
            return;
        }

        json.Raw((byte)'"');
        IsoText.Date(json, days);
        json.Raw("Z\""u8);
    }

    public static void Time(JsonBuffer json, ReadOnlySpan<byte> text, int fractionDigits, TimePrecisionMode mode)
    {
        var micros = CivilTime.Micros(ref text);
        switch (mode)
        {
            case TimePrecisionMode.IsoString:
                json.Raw((byte)'"');
                IsoText.Time(json, micros, fractionDigits: null);
                json.Raw("Z\""u8);
                break;
            case TimePrecisionMode.Connect:
            case TimePrecisionMode.Adaptive when fractionDigits <= 3:
                json.Number(micros / 1000);
                break;
            default:
                json.Number(micros);
                break;
        }
    }

    public static void TimeTz(JsonBuffer json, ReadOnlySpan<byte> text)
    {
        var micros = CivilTime.Micros(ref text);
        micros -= CivilTime.ZoneSeconds(ref text) * 1_000_000;
        micros = ((micros % CivilTime.MicrosPerDay) + CivilTime.MicrosPerDay) % CivilTime.MicrosPerDay;
        json.Raw((byte)'"');
        IsoText.Time(json, micros, fractionDigits: null);
        json.Raw("Z\""u8);
    }

    public static void Timestamp(JsonBuffer json, ReadOnlySpan<byte> text, int fractionDigits, TimePrecisionMode mode)
    {
        var millisOnly = mode == TimePrecisionMode.Connect
            || (fractionDigits <= 3 && mode is TimePrecisionMode.Adaptive or TimePrecisionMode.AdaptiveTimeMicroseconds);
        var infinite = text.SequenceEqual("infinity"u8) || text.SequenceEqual("-infinity"u8);
        if (infinite)
        {
            var millis = text[0] == (byte)'-' ? FarPastMillis : FarFutureMillis;
            if (mode == TimePrecisionMode.IsoString)
            {
                Instant(json, FloorDiv(millis, 86_400_000), (((millis % 86_400_000) + 86_400_000) % 86_400_000) * 1000, fraction: null);
                return;
            }

            json.Number(millisOnly ? millis : millis * 1000);
            return;
        }

        var days = CivilTime.Days(ref text, CivilTime.IsBeforeChrist(text));
        text = text[1..];
        var micros = CivilTime.Micros(ref text);
        if (mode == TimePrecisionMode.IsoString)
        {
            Instant(json, days, micros, fraction: null);
            return;
        }

        var total = (days * CivilTime.MicrosPerDay) + micros;
        json.Number(millisOnly ? FloorDiv(total, 1000) : total);
    }

    public static void TimestampTz(JsonBuffer json, ReadOnlySpan<byte> text, int fractionDigits)
    {
        if (text is [(byte)'i', ..] or [(byte)'-', ..])
        {
            json.Text(text);
            return;
        }

        var days = CivilTime.Days(ref text, CivilTime.IsBeforeChrist(text));
        text = text[1..];
        var micros = CivilTime.Micros(ref text);
        micros -= CivilTime.ZoneSeconds(ref text) * 1_000_000;
        days += FloorDiv(micros, CivilTime.MicrosPerDay);
        Instant(json, days, ((micros % CivilTime.MicrosPerDay) + CivilTime.MicrosPerDay) % CivilTime.MicrosPerDay, fractionDigits);
    }

    private static void Instant(JsonBuffer json, long days, long micros, int? fraction)
    {
        json.Raw((byte)'"');
        IsoText.Date(json, days);
        json.Raw((byte)'T');
        IsoText.Time(json, micros, fraction);
        json.Raw("Z\""u8);
    }

    private static long FloorDiv(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);
}
