using System.CommandLine;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.Transform;
using HospitalStreaming.Warehouse.Sql;
using HospitalStreaming.Warehouse.Verify;
using HospitalStreaming.WarehouseSink.Verify;
using Npgsql;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital verify`: proves on the running line, without pausing it, that nothing is missing, doubled or stale.</summary>
internal static class VerifyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("verify", "Prove that nothing is missing, doubled or stale: source, topics, lake, raw, current and marts compared while the line runs.");
        var report = new Option<string>("--report")
        {
            Description = "Also write what was found to this file, as JSON: every check, positions, and by table and UTC day the count and digest of topic, lake and raw. Reads the topics too. No row values.",
        };
        report.Validators.Add(result =>
        {
            if (result.GetValue(report) is { } path && WhyNot(path) is { } why)
            {
                result.AddError($"--report {path}: {why}");
            }
        });
        command.Options.Add(report);
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(common.OfRunningLine(parsed), parsed.GetValue(report), cancellation));
        return command;
    }

    // Said before anything is read, not after minutes of it.
    private static string? WhyNot(string path) => Path.GetFileName(path).Length == 0 || Directory.Exists(path) ? "give a file, not a folder"
        : Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? null
        : "its folder does not exist";

    private static async Task<int> RunAsync(IConfigurationRoot configuration, string? path, CancellationToken cancellation)
    {
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None)).AddSingleton<IConfiguration>(configuration);
        services.AddHospitalDefaults("hospital-verify").AddLineVerifier(configuration).AddModelRunner(configuration).AddSingleton<IMartsAudit, ModelsAudit>();
        await using var provider = services.BuildServiceProvider();
        try
        {
            var report = await provider.GetRequiredService<LineVerifier>().RunAsync(new Progress(), readTopics: path is not null, cancellation);
            foreach (var line in report.Lines())
            {
                Console.WriteLine(line);
            }

            if (path is not null)
            {
                ReportDocument.Write(path, report, provider.GetRequiredService<TimeProvider>().GetUtcNow());
                Console.WriteLine($"            written to {path}");
            }

            return report.ExitCode;
        }
        catch (Exception refused) when (path is not null && refused is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"hospital: --report {path}: {refused.Message}");
            return ExitCodes.Usage;
        }
        catch (WarehouseSqlException away)
        {
            throw new StartException($"verify cannot read the warehouse: {away.Message}");
        }
        catch (NpgsqlException away)
        {
            throw new StartException($"verify cannot read a database ({away.SqlState ?? away.GetType().Name}): is the line running? `hospital status` says what works");
        }
    }

    private sealed class Progress : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine(value);
    }
}
