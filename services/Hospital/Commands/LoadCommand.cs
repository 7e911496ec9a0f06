using System.CommandLine;
using System.Globalization;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.Producer;
using HospitalStreaming.Producer.Synthea;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital load synthea PATH`: other people's hospitals as events on the same topics.</summary>
internal static class LoadCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("load", "Load outside data as events.") { Synthea() };

    private static Command Synthea()
    {
        var common = new CommonOptions();
        var path = new Argument<string>("path") { Description = "Folder of Synthea's CSV files, or a .tgz of one." };
        var hospital = new Option<string>("--hospital") { Description = "hospital_id of what is loaded.", DefaultValueFactory = _ => SyntheaLoader.DefaultHospitalId };
        var command = new Command("synthea", "Load Synthea's CSV export: encounters, medications and claims become visits, prescriptions and bills.") { path, hospital };
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var configuration = common.OfRunningLine(parsed);
            var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
            await using var provider = services.AddHospitalDefaults("hospital-load").AddSyntheaLoader(configuration).BuildServiceProvider();
            try
            {
                var counts = await provider.GetRequiredService<SyntheaLoader>()
                    .LoadAsync(parsed.GetValue(path)!, parsed.GetValue(hospital)!, new Progress(), cancellation);
                Print(counts);
                return counts.SkippedRows == 0 ? ExitCodes.Success : ExitCodes.Found;
            }
            catch (SyntheaException unusable)
            {
                throw new StartException(unusable.Message);
            }
        });
        return command;
    }

    private static void Print(SyntheaCounts counts)
    {
        Console.Error.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.Events:N0} events sent: {string.Join(", ", counts.Rows.Select(table => $"{table.Value:N0} {table.Key}"))}"));
        if (counts.SkippedRows > 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.SkippedRows:N0} rows were skipped:"));
            foreach (var problem in counts.Problems)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {problem.File}:{problem.Line}: {problem.Reason}"));
            }
        }
    }

    /// <summary>Progress on standard error, at once and in order (Progress&lt;T&gt; would post it elsewhere).</summary>
    private sealed class Progress : IProgress<SyntheaProgress>
    {
        public void Report(SyntheaProgress value) => Console.Error.Write(value.Total == 0
            ? "\rreading the files   "
            : string.Create(CultureInfo.InvariantCulture, $"\r{value.Sent:N0} of {value.Total:N0} events   "));
    }
}
