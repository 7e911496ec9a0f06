using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Hospital.Line;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Line;
using Spectre.Console;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital status`: events, lag, dead letters and sizes at every stop, and how long a commit takes to the chart.</summary>
internal static class StatusCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var common = new CommonOptions();
        var json = new Option<bool>("--json") { Description = "Print the sample as JSON." };
        var command = new Command("status", "Events, lag, dead letters and sizes at every stop of the line.") { json };
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(common.OfRunningLine(parsed), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IConfigurationRoot configuration, bool json, CancellationToken cancellation)
    {
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None)).AddSingleton<IConfiguration>(configuration);
        await using var provider = services.AddHospitalDefaults("hospital-status").AddLineSampling(configuration).BuildServiceProvider();
        var sampler = provider.GetRequiredService<LineSampler>();

        // Two samples, so that there are rates.
        await sampler.SampleAsync(cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        var snapshot = await sampler.SampleAsync(cancellation);
        var live = await LiveAsync(configuration["Dashboard:Url"], cancellation);
        var stops = snapshot.Stops.Select(stop => WithHealth(stop, live)).ToList();
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { snapshot.At, stops, freshness = live?.TryGetProperty("freshness", out var figures) == true ? figures : (JsonElement?)null }, Web));
        }
        else
        {
            Print(stops, live);
        }

        return stops.Any(stop => stop.Condition == RoleCondition.Unhealthy) ? ExitCodes.Found : ExitCodes.Success;
    }

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What the running dashboard says of its roles and of freshness; null where none answers (or it wants a login).</summary>
    private static async Task<JsonElement?> LiveAsync(string? url, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(url))
        {
            return null;
        }

        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            return await client.GetFromJsonAsync<JsonElement>(new Uri(new Uri(url), "/api/line"), cancellation);
        }
        catch (Exception away) when (away is HttpRequestException or JsonException or TaskCanceledException)
        {
            return null;
        }
    }

    private static LineStop WithHealth(LineStop stop, JsonElement? live)
    {
        if (live?.TryGetProperty("line", out var line) != true || !line.TryGetProperty("stops", out var stops))
        {
            return stop;
        }

        foreach (var known in stops.EnumerateArray().Where(known => known.GetProperty("name").GetString() == stop.Name))
        {
            var condition = known.GetProperty("condition");
            return stop with
            {
                Condition = condition.ValueKind == JsonValueKind.String && Enum.TryParse<RoleCondition>(condition.GetString(), ignoreCase: true, out var parsed) ? parsed : stop.Condition,
                Detail = known.GetProperty("detail").GetString() ?? string.Empty,
            };
        }

        return stop;
    }

    private static void Print(IReadOnlyList<LineStop> stops, JsonElement? live)
    {
        if (!AnsiConsole.Profile.Out.IsTerminal)
        {
            AnsiConsole.Profile.Width = 240;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("Stop", "State", "Events", "per s", "Lag", "Dead letters", "More");
        foreach (var stop in stops)
        {
            var state = stop.Condition switch { RoleCondition.Healthy => "[green]healthy[/]", RoleCondition.Starting => "[yellow]starting[/]", _ => "[red]unhealthy[/]" };
            table.AddRow(
                new Markup(Markup.Escape(stop.Title)),
                new Markup(state),
                Figure(stop.EventsTotal),
                Figure(stop.EventsPerSecond, "0.0"),
                Figure(stop.LagRecords),
                Figure(stop.DeadLetters),
                new Text(string.Join(", ", new[] { stop.Detail }.Where(text => text.Length > 0).Concat(stop.Facts.Select(fact => $"{fact.Label} {fact.Value}")))));
        }

        AnsiConsole.Write(table);
        if (live?.TryGetProperty("freshness", out var freshness) == true)
        {
            Freshness("Commit to chart, last five minutes", freshness.GetProperty("lastFiveMinutes"));
            Freshness("Commit to chart, this run", freshness.GetProperty("wholeRun"));
        }
    }

    private static void Freshness(string title, JsonElement figures) => AnsiConsole.WriteLine(
        $"{title}: p50 {Seconds(figures, "p50Seconds")}, p95 {Seconds(figures, "p95Seconds")}, worst {Seconds(figures, "maxSeconds")} ({figures.GetProperty("deliveries").GetInt64():N0} canary beats delivered)");

    private static string Seconds(JsonElement figures, string name) =>
        figures.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble().ToString("0.00 s", CultureInfo.InvariantCulture) : "-";

    private static Text Figure(IFormattable? value, string format = "N0") => new Text(value?.ToString(format, CultureInfo.InvariantCulture) ?? "-").RightJustified();
}
