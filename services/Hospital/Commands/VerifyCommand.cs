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
        common.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(common.OfRunningLine(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IConfigurationRoot configuration, CancellationToken cancellation)
    {
        var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None)).AddSingleton<IConfiguration>(configuration);
        services.AddHospitalDefaults("hospital-verify").AddLineVerifier(configuration).AddModelRunner(configuration).AddSingleton<IMartsAudit, ModelsAudit>();
        await using var provider = services.BuildServiceProvider();
        try
        {
            var report = await provider.GetRequiredService<LineVerifier>().RunAsync(new Progress(), cancellation);
            foreach (var line in report.Lines())
            {
                Console.WriteLine(line);
            }

            return report.ExitCode;
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
