using System.Diagnostics;
using HospitalStreaming.Postgres.Embedded.Binaries;
using HospitalStreaming.Postgres.Embedded.Processes;
using Npgsql;

namespace HospitalStreaming.Postgres.Embedded;

/// <summary>One running server: a child of ours that ends with us.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);
    private readonly Process _process;
    private readonly ParentWatch? _watch;
    private readonly BoundedLog _log;
    private readonly Task _drained;

    private ServerProcess(Process process, BoundedLog log)
    {
        _process = process;
        _log = log;
        Id = process.Id;
        _drained = Task.WhenAll(log.DrainAsync(process.StandardError), log.DrainAsync(process.StandardOutput));
        _watch = ChildCommand.HasDeathSignal ? null : ParentWatch.Begin(Id);
        process.StandardInput.Close();
        Exited = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Process id of the server itself: the commands before it replaced themselves by it.</summary>
    public int Id { get; }

    /// <summary>Completes when it has ended.</summary>
    public Task Exited { get; }

    /// <summary>How it ended, in plain words; its last message where it left one.</summary>
    public string Epitaph => $"it ended with code {_process.ExitCode}" + (_log.Last.LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal) || line.Contains("PANIC", StringComparison.Ordinal)) is { } line ? $" ({line})" : string.Empty);

    /// <summary>Whether one of its last messages contains the text.</summary>
    public bool Said(string text) => _log.Last.Any(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Whether it complained of a full disk.</summary>
    public bool SaidDiskFull => _log.Last.Any(DiskSpace.IsGone);

    /// <summary>Starts it; it is not ready yet.</summary>
    public static async Task<ServerProcess> StartAsync(ServerFolder folder, PostgresBinaries binaries, RunAs? runAs, BoundedLog log)
    {
        var start = ChildCommand.For(binaries.Server, ["-D", ChildCommand.NameOf(folder.Data, 0, runAs)], [folder.Data], runAs, "INT");
        return new ServerProcess(await ChildThread.RunAsync(() => Process.Start(start)!), log);
    }

    /// <summary>
    /// Waits until it takes connections; false if it ended instead. The file must name our child: an orphan of an earlier run could answer on
    /// the same port while ours gives up.
    /// </summary>
    public async Task<bool> BecomesReadyAsync(ServerFolder folder, string connectionString, TimeProvider clock, CancellationToken cancellation)
    {
        while (!Exited.IsCompleted)
        {
            if (PostmasterFile.Read(folder.Data) is { Ready: true } file && file.ProcessId == Id && await AnswersAsync(connectionString, cancellation))
            {
                return true;
            }

            await Task.WhenAny(Exited, Task.Delay(Look, clock, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }

        await Task.WhenAny(_drained, Task.Delay(LastWords, clock, cancellation));
        return false;
    }

    /// <summary>Fast shutdown; after the patience an immediate one (crash recovery at the next start), and at last the hard way.</summary>
    public async Task StopAsync(TimeSpan patience, TimeProvider clock)
    {
        foreach (var signal in new[] { Libc.SigInt, Libc.SigQuit, Libc.SigKill })
        {
            if (!Exited.IsCompleted)
            {
                Libc.Signal(Id, signal);
                await Task.WhenAny(Exited, Task.Delay(patience, clock));
            }
        }

        await Exited;

        // The last words; a child of the server that lingers may hold the pipe a little longer than it matters.
        await Task.WhenAny(_drained, Task.Delay(LastWords, clock));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Exited.IsCompleted)
        {
            _watch?.Dispose();
        }

        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(string connectionString, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException failure) when (failure.SqlState is null or PostgresErrorCodes.CannotConnectNow)
        {
            return false;
        }
    }
}
