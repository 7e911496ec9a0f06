using System.Globalization;
using HospitalStreaming.Core.Domain;
using Newtonsoft.Json.Linq;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Values between .NET and BigQuery's REST form, where all are texts.</summary>
internal static class BigQueryValues
{
    private const string InstantForm = "yyyy-MM-dd HH:mm:ss.ffffff'+00:00'";

    internal static string Type(ColumnKind kind) => kind switch
    {
        ColumnKind.Int32 or ColumnKind.Int64 => "INT64",
        ColumnKind.Numeric => "NUMERIC",
        ColumnKind.Text => "STRING",
        ColumnKind.Date => "DATE",
        ColumnKind.TimestampTz => "TIMESTAMP",
        ColumnKind.Boolean => "BOOL",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>A named query parameter: a value, or several of one type.</summary>
    internal static JObject Parameter(string name, object? value) => value switch
    {
        IEnumerable<string> texts => Several(name, "STRING", texts),
        IEnumerable<long> numbers => Several(name, "INT64", numbers.Select(number => TextOf(number)!)),
        _ => new JObject
        {
            ["name"] = name,
            ["parameterType"] = new JObject { ["type"] = TypeOf(value) },
            ["parameterValue"] = new JObject { ["value"] = TextOf(value) },
        },
    };

    /// <summary>A cell of a result as the port's type.</summary>
    internal static object? Cell(string type, JToken? cell)
    {
        if (cell is null || cell.Type == JTokenType.Null)
        {
            return null;
        }

        var text = cell is JValue ? (string)cell! : cell.ToString(Newtonsoft.Json.Formatting.None);
        return type switch
        {
            "INTEGER" or "INT64" => long.Parse(text, CultureInfo.InvariantCulture),
            "NUMERIC" or "BIGNUMERIC" or "FLOAT" or "FLOAT64" => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
            "BOOLEAN" or "BOOL" => bool.Parse(text),
            "DATE" => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture),
            "TIMESTAMP" => Instant(text),
            _ => text,
        };
    }

    internal static string? TextOf(object? value) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset at => at.UtcDateTime.ToString(InstantForm, CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static JObject Several(string name, string type, IEnumerable<string> items) => new()
    {
        ["name"] = name,
        ["parameterType"] = new JObject { ["type"] = "ARRAY", ["arrayType"] = new JObject { ["type"] = type } },
        ["parameterValue"] = new JObject { ["arrayValues"] = new JArray(items.Select(item => new JObject { ["value"] = item })) },
    };

    private static string TypeOf(object? value) => value switch
    {
        long or int => "INT64",
        decimal => "NUMERIC",
        bool => "BOOL",
        DateOnly => "DATE",
        DateTimeOffset => "TIMESTAMP",
        _ => "STRING",
    };

    // Whole microseconds where the service does as it is asked, seconds with a fraction where it does not.
    private static DateTimeOffset Instant(string text) => DateTimeOffset.UnixEpoch.AddTicks(text.AsSpan().ContainsAny('.', 'E')
        ? (long)(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond)
        : long.Parse(text, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond);
}
