using HospitalStreaming.Postgres.Embedded.Processes;

namespace HospitalStreaming.Postgres.Embedded.Binaries;

/// <summary>Finds PostgreSQL's programs and proves that the user they will run as can run them.</summary>
internal static class BinariesLocator
{
    // Two servers start side by side; one copy is enough.
    private static readonly SemaphoreSlim OneAtATime = new(1);

    /// <summary>The configured folder (or its bin), else npm's.</summary>
    /// <exception cref="EmbeddedPostgresException">None found, too old, or not runnable; the message says what to do.</exception>
    public static async Task<PostgresBinaries> LocateAsync(string? configured, RunAs? runAs, CancellationToken cancellation)
    {
        await OneAtATime.WaitAsync(cancellation);
        try
        {
            return configured is not null
                ? await ConfiguredAsync(configured, runAs, cancellation)
                : await BundledAsync(NpmPackage.Locate(), runAs, cancellation);
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static async Task<PostgresBinaries> ConfiguredAsync(string configured, RunAs? runAs, CancellationToken cancellation)
    {
        var folder = new[] { configured, Path.Combine(configured, "bin") }.FirstOrDefault(HasPrograms)
            ?? throw new EmbeddedPostgresException($"Postgres:Binaries: {configured} has no postgres and initdb; give the folder that has both, or leave it empty for the bundled ones");
        var (binaries, complaint) = await TryAsync(folder, runAs, cancellation);
        return binaries ?? throw new EmbeddedPostgresException($"Postgres:Binaries: {folder}/postgres does not run{As(runAs)}: {complaint}");
    }

    internal static async Task<PostgresBinaries> BundledAsync(string native, RunAs? runAs, CancellationToken cancellation)
    {
        var (binaries, complaint) = await TryAsync(Path.Combine(native, "bin"), runAs, cancellation);
        if (binaries is null && runAs is not null)
        {
            (binaries, complaint) = await TryAsync(Path.Combine(ReachableCopy.Of(native), "bin"), runAs, cancellation);
        }

        return binaries ?? throw new EmbeddedPostgresException($"the bundled PostgreSQL does not run{As(runAs)}: {complaint}; {NpmPackage.Remedy}");
    }

    private static bool HasPrograms(string folder) => File.Exists(Path.Combine(folder, "postgres")) && File.Exists(Path.Combine(folder, "initdb"));

    private static string As(RunAs? runAs) => runAs is null ? string.Empty : $" as user {runAs.Name}";

    private static async Task<(PostgresBinaries? Binaries, string Complaint)> TryAsync(string folder, RunAs? runAs, CancellationToken cancellation)
    {
        var start = ChildCommand.For(Path.Combine(folder, "postgres"), ["--version"], [], runAs, "KILL");
        var run = await ShortRun.OfAsync(start, cancellation);
        if (run.ExitCode != 0 || PostgresBinaries.MajorOf(run.Output) is not { } major)
        {
            return (null, run.LastError);
        }

        return major >= PostgresBinaries.OldestMajor
            ? (new PostgresBinaries(folder, major), string.Empty)
            : throw new EmbeddedPostgresException($"Postgres:Binaries: {folder} holds PostgreSQL {major}; version {PostgresBinaries.OldestMajor} or later is needed");
    }
}
