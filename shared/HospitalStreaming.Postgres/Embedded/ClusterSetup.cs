using HospitalStreaming.Postgres.Embedded.Binaries;
using HospitalStreaming.Postgres.Embedded.Processes;

namespace HospitalStreaming.Postgres.Embedded;

/// <summary>Makes the data folder at the first start. initdb works in a draft that becomes the data folder when whole, so a kill costs nothing.</summary>
internal static class ClusterSetup
{
    private const int BuiltinLocales = 17;

    /// <summary>Makes it where it is missing; checks its version where it is there.</summary>
    /// <exception cref="EmbeddedPostgresException">Another version's folder, no disk space, or initdb failed.</exception>
    public static async Task EnsureAsync(ServerFolder folder, PostgresBinaries binaries, RunAs? runAs, string user, string password, CancellationToken cancellation)
    {
        if (Directory.Exists(folder.Data))
        {
            Check(folder, binaries);
            folder.GiveData(runAs);
            return;
        }

        var open = folder.BeginDraft(runAs, password);
        var run = await ShortRun.OfAsync(ChildCommand.For(binaries.InitDb, Arguments(open, binaries, runAs, user), open, runAs, "KILL"), cancellation);
        if (run.ExitCode != 0)
        {
            folder.DiscardDraft();
            throw DiskSpace.IsGone(run.Errors)
                ? new EmbeddedPostgresException(DiskSpace.Message(folder.Root))
                : new EmbeddedPostgresException($"PostgreSQL could not make a data folder in {folder.Root}: {run.LastError}");
        }

        folder.KeepDraft();
    }

    private static void Check(ServerFolder folder, PostgresBinaries binaries)
    {
        try
        {
            var major = folder.DataMajor
                ?? throw new EmbeddedPostgresException($"{folder.Data} is no PostgreSQL data folder: move it away, and a new one is made");
            if (major != binaries.Major)
            {
                throw new EmbeddedPostgresException(
                    $"{folder.Data} was made by PostgreSQL {major} and these programs ({binaries.Folder}) are version {binaries.Major}: set Postgres:Binaries to a PostgreSQL {major}, or choose another state folder");
            }
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new EmbeddedPostgresException($"{folder.Data} belongs to another user: start as that user, or choose another state folder", failure);
        }
    }

    private static IEnumerable<string> Arguments(IReadOnlyList<string> open, PostgresBinaries binaries, RunAs? runAs, string user)
    {
        IEnumerable<string> locale = binaries.Major >= BuiltinLocales
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : ["--locale=C"];
        return
        [
            "-D", ChildCommand.NameOf(open[0], 0, runAs), "--pwfile=" + ChildCommand.NameOf(open[1], 1, runAs), "-U", user, "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums",
            .. locale,
        ];
    }
}
