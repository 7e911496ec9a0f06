using System.Diagnostics;
using System.Globalization;

namespace HospitalStreaming.Postgres.Embedded.Processes;

/// <summary>
/// How a server's program is started: in a session of its own (Ctrl-C is ours to hear), as the unprivileged user where we are root, and with a
/// signal the kernel sends when our process ends, however it ends. util-linux does all three before PostgreSQL's first instruction.
/// </summary>
internal static class ChildCommand
{
    /// <summary>Whether the kernel can be asked to end the child with us (util-linux's setpriv is installed).</summary>
    public static bool HasDeathSignal { get; } = OperatingSystem.IsLinux() && Find("setpriv") is not null;

    /// <summary>Everything needed to start the program; output and errors are redirected.</summary>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Arguments.</param>
    /// <param name="folder">Working folder; entered before the user changes, so it may lie where that user cannot walk to.</param>
    /// <param name="runAs">User to become, or null.</param>
    /// <param name="deathSignal">Signal name for when our process ends, e.g. INT.</param>
    public static ProcessStartInfo For(string program, IEnumerable<string> arguments, string folder, RunAs? runAs, string deathSignal)
    {
        List<string> words = [];
        if (Find("setsid") is { } setsid)
        {
            words.Add(setsid);
        }

        if (HasDeathSignal)
        {
            words.Add(Find("setpriv")!);
            if (runAs is not null)
            {
                words.Add("--reuid=" + runAs.User.ToString(CultureInfo.InvariantCulture));
                words.Add("--regid=" + runAs.Group.ToString(CultureInfo.InvariantCulture));
                words.Add("--clear-groups");
            }

            words.AddRange(["--no-new-privs", "--pdeathsig", deathSignal]);
        }
        else if (runAs is not null)
        {
            throw new EmbeddedPostgresException("PostgreSQL does not run as root, and changing to another user needs setpriv: install util-linux, or run as a normal user");
        }

        words.Add(program);
        words.AddRange(arguments);
        var start = new ProcessStartInfo(words[0])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (var word in words.Skip(1))
        {
            start.ArgumentList.Add(word);
        }

        // A PG* variable of the caller's shell (PGDATA, PGPORT, PGOPTIONS) must not reach our servers; messages stay in English, times in UTC.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal) || name.StartsWith("LC_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        return start;
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Concat(["/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Where(folder => folder.StartsWith('/'))
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
