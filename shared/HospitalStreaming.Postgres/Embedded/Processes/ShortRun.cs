using System.Diagnostics;

namespace HospitalStreaming.Postgres.Embedded.Processes;

/// <summary>Runs a program to its end and keeps what it said.</summary>
/// <param name="ExitCode">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record ShortRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs it; ended with us or with the token.</summary>
    public static async Task<ShortRun> OfAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        using var process = await ChildThread.RunAsync(() => Process.Start(start)!);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return new ShortRun(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The last line of its errors, for a message.</summary>
    public string LastError => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";
}
