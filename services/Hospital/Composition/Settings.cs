
namespace HospitalStreaming.Hospital.Composition;

/// <summary>Builds the configuration: appsettings.json beside the program and in the current folder, HOSPITAL__ variables, then the command line.</summary>
internal static class Settings
{
    private const string Prefix = "HOSPITAL__";

    /// <summary>The configuration of a command.</summary>
    /// <param name="overrides">What the command's own options set, by configuration key; nulls are left out.</param>
    /// <param name="found">Settings of a running line, below what the user sets.</param>
    public static IConfigurationRoot Build(IReadOnlyDictionary<string, string?> overrides, IReadOnlyDictionary<string, string?>? found = null) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Transform:ModelsFolder"] = ModelsFolder.Find() }.Where(entry => entry.Value is not null))
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
            .AddInMemoryCollection(found ?? new Dictionary<string, string?>())
            .AddEnvironmentVariables(Prefix)
            .AddInMemoryCollection(overrides.Where(entry => entry.Value is not null))
            .Build();

    /// <summary>Reads repeated --set Key:Sub=value options.</summary>
    /// <exception cref="FormatException">An entry has no equals sign.</exception>
    public static Dictionary<string, string?> Parse(IEnumerable<string> assignments) => assignments
        .Select(text => text.Split('=', 2) is [var key, var value] ? (key, value) : throw new FormatException($"--set wants Section:Key=value, not {text}"))
        .ToDictionary(pair => pair.key, string? (pair) => pair.value, StringComparer.OrdinalIgnoreCase);
}
