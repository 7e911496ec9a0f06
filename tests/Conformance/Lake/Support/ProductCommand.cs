using System.Diagnostics;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>A command of the product as its user runs it.</summary>
internal static class ProductCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs it to its end; what it printed is its standard output alone.</summary>
    public static async Task<(int Code, string Output)> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        using var process = Start(arguments, environment);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ending.CancelAfter(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ending.Token);
            var errors = process.StandardError.ReadToEndAsync(ending.Token);
            await process.WaitForExitAsync(ending.Token);
            TestContext(await errors);
            return (process.ExitCode, await output);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Starts it, its streams redirected, in the folder for temporary files.</summary>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "hospital.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static void TestContext(string errors) => Xunit.TestContext.Current.TestOutputHelper?.WriteLine(errors);
}
