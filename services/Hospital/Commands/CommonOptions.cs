using System.CommandLine;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Hosting.State;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>Options every command takes, and the configuration they lead to.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string?> _state = new("--state") { Description = "State folder of the embedded line (default .hospital).", HelpName = "FOLDER" };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Set any setting, e.g. --set Kafka:BootstrapServers=broker:9092; may be repeated.",
        HelpName = "SECTION:KEY=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>Adds them to a command.</summary>
    public CommonOptions AddTo(Command command)
    {
        WantsSettings(_set);
        command.Options.Add(_state);
        command.Options.Add(_set);
        return this;
    }

    /// <summary>Refuses values of an option that are no settings.</summary>
    public static void WantsSettings(Option<string[]> option) => option.Validators.Add(result =>
    {
        foreach (var token in result.Tokens.Where(token => !token.Value.Contains('=', StringComparison.Ordinal)))
        {
            result.AddError($"{option.Name} wants Section:Key=value, not {token.Value}");
        }
    });

    /// <summary>Where the state folder is: --state, the setting Line:State, or .hospital here.</summary>
    public string StateFolder(ParseResult parsed) =>
        Path.GetFullPath(parsed.GetValue(_state) ?? Settings.Build(Overrides(parsed))[$"{LineSettings.Section}:State"] ?? new LineSettings().State);

    /// <summary>What the command line sets, by configuration key.</summary>
    public Dictionary<string, string?> Overrides(ParseResult parsed) => Settings.Parse(parsed.GetValue(_set) ?? []);

    /// <summary>The configuration of a command that talks to a line: one running in the state folder, or the servers the settings name.</summary>
    /// <exception cref="StartException">Nothing runs there and no outside broker is configured.</exception>
    public IConfigurationRoot OfRunningLine(ParseResult parsed)
    {
        var folder = StateFolder(parsed);
        var configuration = Settings.Build(Overrides(parsed), RunningLine.Find(folder));
        return !string.IsNullOrEmpty(configuration["Kafka:BootstrapServers"])
            ? configuration
            : throw new StartException($"no line runs with the state folder {folder}. Start one with `hospital up`, name its folder with --state, or set Kafka:BootstrapServers and the other addresses");
    }

    /// <summary>The configuration of a command that needs the lake alone: the one the settings name, or else that of the state folder, whether its line runs or not.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="over">Further settings, SECTION:KEY=VALUE, over those of the command line.</param>
    public IConfigurationRoot OfLake(ParseResult parsed, params string[] over)
    {
        var folder = StateFolder(parsed);
        var overrides = Settings.Parse([.. parsed.GetValue(_set) ?? [], .. over]);
        var found = RunningLine.Find(folder) ?? new Dictionary<string, string?>();
        var configuration = Settings.Build(overrides, found);
        return configuration["Lake:Kind"] is null or "folder" && string.IsNullOrEmpty(configuration["Lake:Folder"])
            ? Settings.Build(overrides, new Dictionary<string, string?>(found) { ["Lake:Folder"] = Path.Combine(folder, "lake") })
            : configuration;
    }
}
