using System.Globalization;

namespace HospitalStreaming.Producer.Synthea;

/// <summary>Synthea's texts as people would write them, cut to what the columns hold.</summary>
internal static class SyntheaText
{
    /// <summary>Synthea puts digits behind names (Jessie665) so that they cannot be anyone's; they are taken off for looks.</summary>
    public static string Name(params string[] parts) =>
        Cut(string.Join(' ', parts.Select(part => string.Concat(part.Where(letter => !char.IsAsciiDigit(letter))).Trim()).Where(part => part.Length > 0)), 100);

    /// <summary>GENERAL PRACTICE becomes General Practice.</summary>
    public static string Title(string text) => Cut(CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text.ToLowerInvariant()), 100);

    /// <summary>A diagnosis without SNOMED's kind behind it: "Viral sinusitis (disorder)".</summary>
    public static string Diagnosis(string text)
    {
        var kind = text.LastIndexOf(" (", StringComparison.Ordinal);
        return Cut(kind > 0 && text.EndsWith(')') ? text[..kind] : text, 2_000);
    }

    /// <summary>The dose that a description's form suggests, or null.</summary>
    public static string? Dosage(string description) =>
        description.Contains("Tablet", StringComparison.OrdinalIgnoreCase) ? "1 tablet"
        : description.Contains("Capsule", StringComparison.OrdinalIgnoreCase) ? "1 capsule"
        : description.Contains("Inhal", StringComparison.OrdinalIgnoreCase) ? "2 puffs"
        : description.Contains("Inject", StringComparison.OrdinalIgnoreCase) ? "1 injection"
        : description.Contains("Patch", StringComparison.OrdinalIgnoreCase) ? "1 patch"
        : description.Contains("Solution", StringComparison.OrdinalIgnoreCase) || description.Contains("Suspension", StringComparison.OrdinalIgnoreCase) ? "1 dose"
        : null;

    /// <summary>"5 days", "2 weeks", "3 months", "2 years": whole units, the finest that stays short; null while it runs.</summary>
    public static string? Duration(DateTimeOffset start, DateTimeOffset? stop)
    {
        if (stop is not { } end)
        {
            return null;
        }

        var days = Math.Max(1, (int)Math.Round((end - start).TotalDays));
        return days switch
        {
            < 14 when days % 7 != 0 => Count(days, "day"),
            < 60 => Count(Math.Max(1, (days + 3) / 7), "week"),
            < 730 => Count((days + 15) / 30, "month"),
            _ => Count((days + 182) / 365, "year"),
        };
    }

    /// <summary>At most so many characters as PostgreSQL counts them, never half of a pair.</summary>
    public static string Cut(string text, int characters)
    {
        var clean = text.Replace("\0", string.Empty, StringComparison.Ordinal);
        return clean.Length <= characters ? clean : string.Concat(clean.EnumerateRunes().Take(characters).Select(rune => rune.ToString()));
    }

    private static string Count(int number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{number} {unit}{(number == 1 ? string.Empty : "s")}");
}
