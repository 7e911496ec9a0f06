using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HospitalStreaming.Core.Changes.Writing;

namespace HospitalStreaming.Core.Changes.Reading;

/// <summary>Intervals as ISO 8601 text, which PostgreSQL takes.</summary>
internal static partial class IntervalTexts
{
    internal static string? Interval(JsonElement value, IntervalHandlingMode mode)
    {
        if (mode == IntervalHandlingMode.String)
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { } text && Form().Match(text) is { Success: true } parts && Fits(parts) ? text : null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var micros))
        {
            return null;
        }

        // Months and days are in it as their mean length: what they were cannot be known, so all of it is seconds.
        var (seconds, rest) = (micros / 1_000_000, Math.Abs(micros % 1_000_000));
        return string.Create(CultureInfo.InvariantCulture, $"PT{(micros < 0 && seconds == 0 ? "-" : string.Empty)}{seconds}.{rest:000000}S");
    }

    private static bool Fits(Match parts)
    {
        long Part(int group) => long.Parse(parts.Groups[group].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var months = (Part(1) * 12) + Part(2);
        return months is >= int.MinValue and <= int.MaxValue && Part(3) is >= int.MinValue and <= int.MaxValue
            && Math.Abs(Part(4)) < 2_562_047_788 && Math.Abs(Part(5)) < 60 && Math.Abs(Part(6)) < 60;
    }

    [GeneratedRegex(
        @"\AP(-?[0-9]{1,10})Y(-?[0-9]{1,10})M(-?[0-9]{1,10})DT(-?[0-9]{1,10})H(-?[0-9]{1,2})M(-?[0-9]{1,2})(?:\.[0-9]{1,6})?S\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
