using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>What a viewer may narrow a tile by. Values only: they travel as SQL parameters, and nothing of a request ever becomes SQL text.</summary>
/// <param name="Hospital">Hospital id; empty for all.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
/// <param name="Doctor">Doctor id; 0 for all.</param>
/// <param name="Patient">Patient id; 0 for all.</param>
internal sealed record TileFilters(string Hospital, DateOnly From, DateOnly To, long Doctor, long Patient)
{
    private const int LongestHospital = 50;

    /// <summary>Dates that stand for "no limit", inside what both warehouses can hold.</summary>
    public static readonly DateOnly Earliest = new(1900, 1, 1);
    public static readonly DateOnly Latest = new(9999, 12, 31);

    public static TileFilters None { get; } = new(string.Empty, Earliest, Latest, 0, 0);

    public bool IsWholePeriod => From == Earliest && To == Latest;

    public IReadOnlyDictionary<string, object?> Parameters(IEnumerable<string> names) =>
        names.ToDictionary(name => name, name => (object?)(name switch
        {
            "hospital" => Hospital,
            "from" => From,
            "to" => To,
            "doctor" => Doctor,
            "patient" => Patient,
            _ => throw new ArgumentOutOfRangeException(nameof(names), name, "No such filter."),
        }), StringComparer.Ordinal);

    /// <summary>Reads a request's query; says in <paramref name="problem"/> what is wrong with it.</summary>
    public static TileFilters? Parse(IQueryCollection query, out string problem)
    {
        problem = string.Empty;
        foreach (var (key, values) in query)
        {
            if (key is not ("hospital" or "from" or "to" or "doctor" or "patient") || values.Count != 1)
            {
                problem = "Filters are hospital, from, to, doctor and patient, each once.";
                return null;
            }
        }

        var hospital = query["hospital"].ToString();
        if (hospital.Length > LongestHospital || hospital.Any(char.IsControl) || !hospital.IsNormalizedText())
        {
            problem = "hospital is an id of at most 50 characters.";
            return null;
        }

        if (Day(query["from"].ToString(), Earliest) is not { } from || Day(query["to"].ToString(), Latest) is not { } to)
        {
            problem = "from and to are days such as 2026-01-31.";
            return null;
        }

        if (Id(query["doctor"].ToString()) is not { } doctor || Id(query["patient"].ToString()) is not { } patient)
        {
            problem = "doctor and patient are whole numbers.";
            return null;
        }

        return new TileFilters(hospital, from, to, doctor, patient);
    }

    private static DateOnly? Day(string text, DateOnly otherwise) => text.Length == 0
        ? otherwise
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day >= Earliest ? day : null;

    private static long? Id(string text) => text.Length == 0
        ? 0
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) ? id : null;
}
