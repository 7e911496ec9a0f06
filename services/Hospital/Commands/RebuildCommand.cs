using System.CommandLine;
using System.Globalization;
using HospitalStreaming.Hosting;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.WarehouseSink.Rebuild;

namespace HospitalStreaming.Hospital.Commands;

/// <summary>`hospital rebuild`: makes raw and current anew from the lake alone; the transform then remakes the marts.</summary>
internal static class RebuildCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("rebuild", "Make the warehouse anew from the lake alone, beside the one in place, and swap it in whole.");
        common.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var configuration = common.OfRunningLine(parsed);
            var services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None)).AddSingleton<IConfiguration>(configuration);
            await using var provider = services.AddHospitalDefaults("hospital-rebuild").AddWarehouseRebuild(configuration).BuildServiceProvider();
            try
            {
                var rows = await provider.GetRequiredService<WarehouseRebuild>().RunAsync(new Progress(), cancellation);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the warehouse was made anew from {rows:N0} records of the lake; `hospital verify` proves it"));
                return ExitCodes.Success;
            }
            catch (Exception failure) when (failure is LakeException or TableStoppedException)
            {
                await Console.Error.WriteLineAsync($"hospital: {failure.Message}; the warehouse is as it was");
                return ExitCodes.Found;
            }
            catch (LoadFencedException fenced)
            {
                await Console.Error.WriteLineAsync($"hospital: {fenced.Message}: this rebuild has ended, and the warehouse is as it was");
                return ExitCodes.Found;
            }
        });
        return command;
    }

    private sealed class Progress : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine(value);
    }
}
