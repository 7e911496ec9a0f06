using System.Diagnostics;
using System.Globalization;

namespace HospitalStreaming.Postgres.Embedded.Processes;

/// <summary>
/// How a server's program is started: in a session of its own (Ctrl-C is ours to hear), as the unprivileged user where we are root, and with a
/// signal the kernel sends when our process ends, however it ends. util-linux does all three before PostgreSQL's first instruction.
/// </summary>
internal static class ChildCommand
{
    // A shell's redirections know one digit.
    private const int FirstDescriptor = 9;

    /// <summary>Whether the kernel can be asked to end the child with us (util-linux's setpriv is installed).</summary>
    public static bool HasDeathSignal { get; } = OperatingSystem.IsLinux() && Find("setpriv") is not null;

    /// <summary>
    /// How a program started with <paramref name="runAs"/> names what is opened for it (see <see cref="For"/>): by its own path, or where the
    /// user changes, as a descriptor opened before that, so that it may lie below folders that user cannot enter.
    /// </summary>
    public static string NameOf(string path, int place, RunAs? runAs) =>
        runAs is null ? path : string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{FirstDescriptor - place}");

    /// <summary>Everything needed to start the program in folder /; output and errors are redirected.</summary>
    /// <param name="program">Absolute path.</param>
    /// <param name="arguments">Arguments.</param>
    /// <param name="open">At most two files or folders to open for it as <see cref="NameOf"/> names them.</param>
    /// <param name="runAs">User to become, or null.</param>
    /// <param name="deathSignal">Signal name for when our process ends, e.g. INT.</param>
    public static ProcessStartInfo For(string program, IEnumerable<string> arguments, IReadOnlyList<string> open, RunAs? runAs, string deathSignal)
    {
        List<string> words = [];
        if (runAs is not null && open.Count > 0)
        {
            var second = open.Count > 1 ? open[1] : "/dev/null";
            words.AddRange(["/bin/sh", "-c", "exec 9<\"$0\" 8<\"$1\" && shift && exec \"$@\"", open[0], second]);
        }

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
            WorkingDirectory = "/",
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
