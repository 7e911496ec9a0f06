using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Postgres.Embedded.Processes;

namespace HospitalStreaming.Postgres.Embedded;

/// <summary>
/// Ends what an earlier run left in a data folder, so that never two servers work in one: a server that outlived a kill -9 of our process, or
/// the children of a killed server. A process belongs to the folder if that is its working folder (every PostgreSQL process stays in it).
/// </summary>
internal sealed class LeftoverServer(string dataFolder, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ChildPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Stops it in order, then less politely; returns the process id of the server found, or null.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be stopped.</exception>
    public async Task<int?> EndAsync(CancellationToken cancellation)
    {
        if (!Directory.Exists(dataFolder))
        {
            return null;
        }

        var server = PostmasterFile.Read(dataFolder)?.ProcessId;
        var found = Processes(server);
        if (found.Count > 0)
        {
            await EndAsync(server, cancellation);
        }

        // Whoever has that process id now (a zombie, an unrelated program), no server works here: the file is stale.
        File.Delete(PostmasterFile.PathIn(dataFolder));
        return found.Count == 0 ? null : server ?? found[0];
    }

    private async Task EndAsync(int? server, CancellationToken cancellation)
    {
        foreach (var signal in new[] { Libc.SigInt, Libc.SigQuit, Libc.SigKill })
        {
            var now = Processes(server);
            var headless = !now.Exists(process => process == server);

            // Without its server a child ends by itself once it notices; only the last signal goes to all.
            foreach (var process in signal == Libc.SigKill ? now : now.Where(process => process == server))
            {
                Libc.Signal(process, signal);
            }

            if (await GoneAsync(server, headless && signal != Libc.SigKill ? ChildPatience : Patience, cancellation))
            {
                return;
            }
        }

        throw new EmbeddedPostgresException(
            $"a PostgreSQL process {Processes(server)[0]} from an earlier run still works in {dataFolder} and cannot be stopped: end it, then start again");
    }

    private async Task<bool> GoneAsync(int? server, TimeSpan patience, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        while (Processes(server).Count > 0)
        {
            if (clock.GetElapsedTime(since) > patience)
            {
                return false;
            }

            await Task.Delay(Look, clock, cancellation);
        }

        return true;
    }

    private List<int> Processes(int? server) => OperatingSystem.IsLinux() ? WorkingHere() : OfFile(server);

    private List<int> WorkingHere()
    {
        var here = Libc.Resolve(dataFolder);
        List<int> found = [];
        foreach (var folder in here is null ? [] : Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var process) && process != Environment.ProcessId && WorksIn(folder, here!))
            {
                found.Add(process);
            }
        }

        return found;
    }

    private static bool WorksIn(string process, string folder)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget == folder
                && File.ReadAllText(Path.Combine(process, "comm")).Trim() == "postgres";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Without /proc: the process named in the file, if it is a PostgreSQL.</summary>
    private static List<int> OfFile(int? server)
    {
        if (server is not { } process)
        {
            return [];
        }

        using var ps = Process.Start(new ProcessStartInfo("/bin/ps", ["-o", "comm=", "-p", process.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        var name = ps.StandardOutput.ReadToEnd();
        ps.WaitForExit();
        return name.Contains("postgres", StringComparison.Ordinal) ? [process] : [];
    }
}
