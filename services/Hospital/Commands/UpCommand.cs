using System.CommandLine;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Hospital.Up;
using HospitalStreaming.Hosting.State;
using Spectre.Console;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital up`: the whole line in this process, with its own servers wherever the settings name no outside ones.</summary>
internal static class UpCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var common = new CommonOptions();
        var rate = new Option<int?>("--rate") { Description = "Simulated events a second once the history is in (default 5, at most 10000)." };
        var seed = new Option<long?>("--seed") { Description = "Seed of the simulation; seed and start date fix every byte." };
        var port = new Option<int?>("--port") { Description = "Port of the dashboard (default 8080)." };
        var command = new Command("up", "Run the whole line on this machine: databases, broker, every role and the dashboard.") { rate, seed, port };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var overrides = common.Overrides(parsed);
            Set(overrides, "Producer:Rate", parsed.GetValue(rate));
            Set(overrides, "Producer:Seed", parsed.GetValue(seed));
            Set(overrides, "Dashboard:Port", parsed.GetValue(port));
            var configuration = Settings.Build(overrides);
            LineHost.Check(configuration);
            using var state = StateFolder.Open(common.StateFolder(parsed));
            await using var line = new EmbeddedLine(configuration, state, new StartProgress(AnsiConsole.Console));
            return await line.RunAsync(cancellation);
        });
        return command;
    }

    private static void Set<T>(Dictionary<string, string?> overrides, string key, T? value)
        where T : struct, IFormattable
    {
        if (value is { } given)
        {
            overrides[key] = given.ToString(null, System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
