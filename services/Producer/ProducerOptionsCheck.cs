using System.Globalization;
using System.Text.RegularExpressions;
using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Producer;

/// <summary>Names everything wrong in section Producer.</summary>
public sealed partial class ProducerOptionsCheck(IOptions<ProducerOptions> options) : IOptionsCheck
{
    // Room for a year of history and decades of live events inside what databases and .NET hold.
    private static readonly DateOnly Earliest = new(1900, 1, 1);
    private static readonly DateOnly Latest = new(2200, 1, 1);

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var value = options.Value;
        if (!(value.Rate >= 0 && value.Rate <= ProducerOptions.MaxRate))
        {
            yield return new("Producer:Rate", "use 0 (history only) to 10000 events a second");
        }

        if (value.HospitalId is { } hospital && !HospitalForm().IsMatch(hospital))
        {
            yield return new("Producer:HospitalId", "use 1 to 30 letters, digits, - or _, not beginning with synthea");
        }

        if (value.Seed < 0)
        {
            yield return new("Producer:Seed", "use a whole number, 0 or more");
        }

        if (value.StartDate is { } start && (!TryParseDate(start, out var date) || date < Earliest || date > Latest))
        {
            yield return new("Producer:StartDate", "use a date of the form YYYY-MM-DD between 1900 and 2200");
        }

        if (value.HistoryVisits is < 0 or > 10_000_000)
        {
            yield return new("Producer:HistoryVisits", "use 0 to 10000000");
        }
    }

    internal static bool TryParseDate(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    [GeneratedRegex("^(?!synthea)[A-Za-z0-9_-]{1,30}$", RegexOptions.CultureInvariant)]
    private static partial Regex HospitalForm();
}
