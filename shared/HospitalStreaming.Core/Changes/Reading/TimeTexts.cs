using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Core.Changes.Reading;

/// <summary>Dates, times and timestamps as PostgreSQL prints them (ISO style, UTC), out of every time.precision.mode; infinities are known by what Debezium makes of them.</summary>
internal static partial class TimeTexts
{
    // What the Java driver makes of infinity: milliseconds in a java.sql.Timestamp, days in a LocalDate.
    private const long FarFutureMillis = 9_223_372_036_825_200;
    private const long FarPastMillis = -9_223_372_036_832_400;
    private const long FarFutureDays = int.MaxValue;
    private const long FarPastDays = -2_147_472_691;

    // PostgreSQL's calendar: from 4714-11-24 BC; dates to 5874897, timestamps to 294276.
    private const long FirstDay = -2_440_588;
    private const long LastDay = 2_145_042_905;
    private const long LastTimestampDay = 106_762_939;

    internal static string? Date(JsonElement value)
    {
        long days;
        if (value.ValueKind == JsonValueKind.Number ? !value.TryGetInt64(out days) : !IsoDays(value, out days))
        {
            return null;
        }

        return days == FarFutureDays ? "infinity" : days == FarPastDays ? "-infinity" : DateText(days, LastDay);
    }

    internal static string? Time(JsonElement value, int fractionDigits, TimePrecisionMode mode)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return IsoTime().Match(value.GetString()!) is { Success: true } time && Micros(time, 1) is { } read ? TimeText(read) : null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var units))
        {
            return null;
        }

        var millis = mode == TimePrecisionMode.Connect || (mode == TimePrecisionMode.Adaptive && fractionDigits <= 3);
        return units >= 0 && units <= CivilTime.MicrosPerDay / (millis ? 1000 : 1) ? TimeText(millis ? units * 1000 : units) : null;
    }

    internal static string? TimeTz(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && IsoTime().Match(value.GetString()!) is { Success: true } time && Micros(time, 1) is { } micros
            ? TimeText(micros) + "+00"
            : null;

    internal static string? Timestamp(JsonElement value, int fractionDigits, TimePrecisionMode mode)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            // Connect's Cast to string writes midnight as a date alone.
            return IsoInstant(value.GetString()!) ?? (IsoDays(value, out var day) ? InstantText(day, 0) : null);
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var units))
        {
            return null;
        }

        var millisOnly = mode == TimePrecisionMode.Connect
            || (fractionDigits <= 3 && mode is TimePrecisionMode.Adaptive or TimePrecisionMode.AdaptiveTimeMicroseconds);
        var micros = millisOnly ? (Int128)units * 1000 : units;
        return micros == (Int128)FarFutureMillis * 1000 ? "infinity"
            : micros == (Int128)FarPastMillis * 1000 ? "-infinity"
            : InstantText((long)Floor(micros, CivilTime.MicrosPerDay), (long)(micros - (Floor(micros, CivilTime.MicrosPerDay) * CivilTime.MicrosPerDay)));
    }

    internal static string? TimestampTz(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = value.GetString()!;
        if (text is "infinity" or "-infinity")
        {
            return text;
        }

        return IsoInstant(text) is not { } plain || plain is "infinity" or "-infinity" ? null
            : plain.EndsWith(" BC", StringComparison.Ordinal) ? string.Concat(plain.AsSpan(0, plain.Length - 3), "+00 BC")
            : plain + "+00";
    }

    private static bool IsoDays(JsonElement value, out long days)
    {
        days = 0;
        return value.ValueKind == JsonValueKind.String && IsoDate().Match(value.GetString()!) is { Success: true } date && Days(date, out days);
    }

    private static string? IsoInstant(string text)
    {
        if (IsoStamp().Match(text) is not { Success: true } stamp || !Days(stamp, out var days) || Micros(stamp, 4) is not { } micros)
        {
            return null;
        }

        var millis = (days * 86_400_000) + (micros / 1000);
        return millis == FarFutureMillis ? "infinity" : millis == FarPastMillis ? "-infinity" : InstantText(days, micros);
    }

    private static bool Days(Match date, out long days)
    {
        var year = long.Parse(date.Groups[1].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var month = int.Parse(date.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        var day = int.Parse(date.Groups[3].ValueSpan, CultureInfo.InvariantCulture);
        days = 0;
        if (month is < 1 or > 12 || day < 1)
        {
            return false;
        }

        days = CivilTime.DaysOf(year, month, day);
        return CivilTime.Civil(days) == (year, month, day);
    }

    private static long? Micros(Match text, int group)
    {
        var hours = int.Parse(text.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        var minutes = int.Parse(text.Groups[group + 1].ValueSpan, CultureInfo.InvariantCulture);
        var seconds = int.Parse(text.Groups[group + 2].ValueSpan, CultureInfo.InvariantCulture);
        var fraction = text.Groups[group + 3].Value.PadRight(6, '0');
        var micros = (((((hours * 60L) + minutes) * 60) + seconds) * 1_000_000) + int.Parse(fraction, CultureInfo.InvariantCulture);
        return minutes < 60 && seconds < 60 && micros <= CivilTime.MicrosPerDay ? micros : null;
    }

    private static string? InstantText(long days, long micros)
    {
        if (micros == CivilTime.MicrosPerDay)
        {
            (days, micros) = (days + 1, 0);
        }

        if (DateText(days, LastTimestampDay) is not { } date)
        {
            return null;
        }

        return date.EndsWith(" BC", StringComparison.Ordinal) ? $"{date.AsSpan(0, date.Length - 3)} {TimeText(micros)} BC" : $"{date} {TimeText(micros)}";
    }

    private static string? DateText(long days, long last)
    {
        if (days < FirstDay || days > last)
        {
            return null;
        }

        var (year, month, day) = CivilTime.Civil(days);
        return year > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{1 - year:0000}-{month:00}-{day:00} BC");
    }

    private static string TimeText(long micros)
    {
        var seconds = micros / 1_000_000;
        var text = string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}.{micros % 1_000_000:000000}");
        return text.TrimEnd('0').TrimEnd('.');
    }

    private static Int128 Floor(Int128 value, long by) => (value / by) - (value % by < 0 ? 1 : 0);

    [GeneratedRegex(@"\A([+-]?[0-9]{4,9})-([0-9]{2})-([0-9]{2})Z?\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsoDate();

    [GeneratedRegex(@"\A([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6})0*)?Z?\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsoTime();

    [GeneratedRegex(@"\A([+-]?[0-9]{4,9})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6})0*)?Z?\z", RegexOptions.CultureInvariant)]
    private static partial Regex IsoStamp();
}
