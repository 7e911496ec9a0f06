using System.Globalization;
using System.Text.RegularExpressions;

namespace HospitalStreaming.Core.Auditing;

/// <summary>An interval as what PostgreSQL keeps of it, months, days and microseconds, out of ISO 8601 or of PostgreSQL's own style.</summary>
internal static partial class ComparedInterval
{
    /// <summary>The form; null where the text is neither.</summary>
    internal static string? Of(string text)
    {
        if (Iso().Match(text) is { Success: true } iso && text[^1] is not ('P' or 'T'))
        {
            return Of(iso, Part(iso, 4), Part(iso, 5), Part(iso, 6));
        }

        if (text.Length == 0 || Postgres().Match(text) is not { Success: true } own)
        {
            return null;
        }

        var sign = own.Groups[4].Value == "-" ? -1 : 1;
        return Of(own, sign * Part(own, 5), sign * Part(own, 6), sign * Part(own, 7));
    }

    private static string Of(Match parts, decimal hours, decimal minutes, decimal seconds) => string.Create(
        CultureInfo.InvariantCulture, $"{(12 * Part(parts, 1)) + Part(parts, 2)} {Part(parts, 3)} {decimal.Truncate(((((hours * 60) + minutes) * 60) + seconds) * 1_000_000)}");

    private static decimal Part(Match parts, int group) =>
        parts.Groups[group] is { Success: true } part ? decimal.Parse(part.ValueSpan, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"\AP(?:(-?[0-9]{1,10})Y)?(?:(-?[0-9]{1,10})M)?(?:(-?[0-9]{1,10})D)?(?:T(?:(-?[0-9]{1,10})H)?(?:(-?[0-9]{1,19})M)?(?:(-?[0-9]{1,19}(?:\.[0-9]{1,6})?)S)?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex(
        @"\A(?:([+-]?[0-9]{1,10}) years? ?)?(?:([+-]?[0-9]{1,10}) mons? ?)?(?:([+-]?[0-9]{1,10}) days? ?)?(?:([+-]?)([0-9]{2,10}):([0-9]{2}):([0-9]{2}(?:\.[0-9]{1,6})?))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Postgres();
}
