using System.CommandLine;
using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Hosting;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Verify;
using HospitalStreaming.WarehouseSink.Letters;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital history TABLE KEY`: every version of a row, or the row as it was at a time, out of raw.</summary>
internal static class HistoryCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var common = new CommonOptions();
        var table = new Argument<string>("table") { Description = "Captured table, e.g. visits; those that WarehouseSink:Tables describes too." };
        var key = new Argument<string>("key") { Description = """Primary key of the row; of several columns as JSON, e.g. '{"ward":3,"bed":"A"}'.""" };
        var asOf = new Option<DateTimeOffset?>("--as-of") { Description = "Show the row as it was committed at this time instead, e.g. 2026-11-21T16:00:00Z.", HelpName = "TIME" };
        var command = new Command("history", "Every version of a row: time, LSN, operation and what changed. It prints the row's values.") { table, key, asOf };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var configuration = common.OfRunningLine(parsed);
            var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None)).AddSingleton<IConfiguration>(configuration);
            await using var provider = services.AddHospitalDefaults("hospital-history").AddLetterDesk(configuration).BuildServiceProvider();
            var tables = await TablesAsync(provider.GetRequiredService<ILake>(), parsed.GetValue(table)!, cancellation);
            if (tables.FirstOrDefault(known => known.Name == parsed.GetValue(table)) is not { } description)
            {
                await Console.Error.WriteLineAsync($"hospital: there is no table {parsed.GetValue(table)}; captured are {string.Join(", ", tables.Select(known => known.Name))}");
                return ExitCodes.Usage;
            }

            RowKey row;
            try
            {
                row = TypedKey.Read(description, parsed.GetValue(key)!);
            }
            catch (FormatException refused)
            {
                await Console.Error.WriteLineAsync($"hospital: {refused.Message}");
                return ExitCodes.Usage;
            }

            var versions = await provider.GetRequiredService<RowHistories>().OfAsync(description, row, cancellation);
            if (versions.Count == 0)
            {
                await Console.Error.WriteLineAsync($"hospital: {description.Name} never had a row {parsed.GetValue(key)}, or it is not loaded yet");
                return ExitCodes.Found;
            }

            return parsed.GetValue(asOf) is { } time ? PrintAsOf(description, versions, time) : Print(description, versions);
        });
        return command;
    }

    /// <summary>The hospital's own tables, and those that the lake describes where another is asked for.</summary>
    private static async Task<IReadOnlyList<TableDescription>> TablesAsync(ILake lake, string wanted, CancellationToken cancellation) =>
        HospitalSchema.Table(wanted) is not null
            ? HospitalSchema.CapturedTables
            : [.. HospitalSchema.CapturedTables, .. await new TableDocuments(lake).BesideAsync(HospitalSchema.CapturedTables, cancellation)];

    private static int Print(TableDescription table, IReadOnlyList<RowVersion> versions)
    {
        object?[]? before = null;
        foreach (var version in versions)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Time(version.At),-27} {version.Lsn?.ToString() ?? "-",-14} {What(version)}"));
            if (version is { Kind: RowVersionKind.Applied, Row: { Deleted: false } row })
            {
                for (var i = 0; i < row.Values.Length; i++)
                {
                    if (before is null || !Equals(before[i], row.Values[i]))
                    {
                        Console.WriteLine($"    {table.Columns[i].Name} = {Text(row.Values[i])}");
                    }
                }
            }

            before = version.Row is { Deleted: false } known ? known.Values : null;
        }

        return ExitCodes.Success;
    }

    private static int PrintAsOf(TableDescription table, IReadOnlyList<RowVersion> versions, DateTimeOffset time)
    {
        var last = versions.LastOrDefault(version => version.Kind == RowVersionKind.Applied && (version.At is null || version.At <= time));
        if (last?.Row is not { Deleted: false } row)
        {
            Console.WriteLine($"no row at {Time(time)}{(last is null ? string.Empty : ": it was deleted " + Time(last.At))}");
            return ExitCodes.Found;
        }

        Console.WriteLine($"as committed {Time(last.At)}, LSN {last.Lsn?.ToString() ?? "-"}");
        for (var i = 0; i < row.Values.Length; i++)
        {
            Console.WriteLine($"    {table.Columns[i].Name} = {Text(row.Values[i])}");
        }

        return ExitCodes.Success;
    }

    private static string What(RowVersion version) => version.Kind switch
    {
        RowVersionKind.Redelivered => "(redelivered, no effect)",
        RowVersionKind.SetAside => "(set aside: holds what follows; see `hospital dlq list`)",
        RowVersionKind.Waits => "(waits for the record that was set aside)",
        RowVersionKind.Skipped => "(skipped by decision)",
        _ => version.Row?.Last.Act switch
        {
            ChangeAct.Snapshot => "read by a snapshot",
            ChangeAct.Insert => "insert",
            ChangeAct.Update => "update",
            _ => "delete",
        },
    };

    private static string Time(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) ?? "-";

    private static string Text(object? value) => value switch
    {
        null => "NULL",
        KeptValue => "(not known: the log did not carry it)",
        DateTimeOffset at => Time(at),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
