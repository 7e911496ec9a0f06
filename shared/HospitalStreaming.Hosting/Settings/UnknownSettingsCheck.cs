using System.ComponentModel;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace HospitalStreaming.Hosting.Settings;

/// <summary>Names settings nobody reads, with the nearest known one, and values that are not of their setting's type.</summary>
public sealed class UnknownSettingsCheck(IConfiguration configuration, IEnumerable<KnownSection> sections) : IOptionsCheck
{
    private static readonly string[] FrameworkSections = ["Logging", "AllowedHosts", "Kestrel", "Urls", "OTEL"];

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var known = sections.ToDictionary(section => section.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var section in Product(configuration).Where(section => !FrameworkSections.Contains(section.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!known.TryGetValue(section.Key, out var match))
            {
                yield return new(section.Key, $"no such section; did you mean {Nearest(section.Key, known.Keys)}?");
                continue;
            }

            foreach (var problem in SectionProblems(match.Name, match.Options, section))
            {
                yield return problem;
            }
        }
    }

    /// <summary>Every section of configuration that is ours: appsettings and the command line as they are, environment without other programs' variables.</summary>
    private static IEnumerable<IConfigurationSection> Product(IConfiguration configuration) =>
        configuration.GetChildren().Where(section => section.GetChildren().Any());

    private static IEnumerable<SettingProblem> SectionProblems(string name, Type options, IConfigurationSection section)
    {
        var properties = options.GetProperties().Where(property => property.CanWrite || IsList(property.PropertyType))
            .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in section.GetChildren())
        {
            var key = $"{name}:{entry.Key}";
            if (!properties.TryGetValue(entry.Key, out var property))
            {
                yield return new(key, $"no such setting; did you mean {name}:{Nearest(entry.Key, properties.Keys)}?");
            }
            else if (entry.Value is null && Nested(property.PropertyType))
            {
                foreach (var problem in SectionProblems(key, property.PropertyType, entry))
                {
                    yield return problem;
                }
            }
            else if (entry.Value is { Length: > 0 } text && !Readable(text, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType))
            {
                yield return new(key, $"'{text}' is not {Wanted(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)}");
            }
        }
    }

    /// <summary>Lists are filled, not set.</summary>
    private static bool IsList(Type type) => type == typeof(IList<string>);

    private static bool Nested(Type type) => type.IsClass && type != typeof(string) && type.Namespace?.StartsWith("HospitalStreaming", StringComparison.Ordinal) == true;

    private static bool Readable(string text, Type type)
    {
        if (type == typeof(string))
        {
            return true;
        }

        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, text) is not null;
        }
        catch (Exception unreadable) when (unreadable is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Wanted(Type type) => type switch
    {
        _ when IsList(type) => "a list: give its items as :0, :1 and so on below the setting",
        _ when type == typeof(TimeSpan) => "a time such as 00:00:05",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(DateOnly) || type == typeof(DateTimeOffset) => "a date such as 2026-01-31",
        { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type)),
        _ => "a number",
    };

    private static string Nearest(string word, IEnumerable<string> candidates) =>
        candidates.OrderBy(candidate => Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant())).First();

    // Levenshtein's edit distance, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
