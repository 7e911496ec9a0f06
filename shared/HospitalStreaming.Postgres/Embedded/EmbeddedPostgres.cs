using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Ports;
using HospitalStreaming.Postgres.Embedded.Binaries;
using HospitalStreaming.Postgres.Embedded.Processes;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.Postgres.Embedded;

/// <summary>
/// A PostgreSQL server as a child of this process, on 127.0.0.1 with a generated password. It ends with us, however we end, and the next start
/// on its folder first ends what is left. If it dies by itself it is started again on the same port, a limited number of times.
/// </summary>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>The superuser of every embedded server.</summary>
    public const string SuperUser = "hospital_admin";

    private const int DeathsTolerated = 5;
    private const long LogBytes = 2 * 1024 * 1024;
    private static readonly TimeSpan DeathsWindow = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(1);

    private readonly EmbeddedPostgresOptions _options;
    private readonly RoleHealth _health;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ServerFolder _folder;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ResiliencePipeline _portRace;
    private readonly string _role;
    private FileStream? _lock;
    private PostgresBinaries? _binaries;
    private RunAs? _runAs;
    private ServerProcess? _server;
    private Task _supervision = Task.CompletedTask;

    /// <summary>Nothing happens before <see cref="StartAsync"/>.</summary>
    public EmbeddedPostgres(EmbeddedPostgresOptions options, RoleHealth health, TimeProvider clock, ILogger<EmbeddedPostgres> logger)
    {
        (_options, _health, _clock, _logger) = (options, health, clock, logger);
        _folder = new ServerFolder(options.Folder);
        _role = "postgres-" + options.Name;
        _portRace = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions { MaxRetryAttempts = 3, Delay = TimeSpan.Zero, ShouldHandle = new PredicateBuilder().Handle<PortLostException>() })
            .Build();
    }

    /// <summary>Port on 127.0.0.1, once started.</summary>
    public int Port { get; private set; }

    /// <summary>Process id of the server, once started.</summary>
    public int ProcessId => _server?.Id ?? throw new InvalidOperationException("not started");

    /// <summary>The server's message file (bounded; no statements or values in it).</summary>
    public string LogFile => _folder.Log;

    /// <summary>Completes after an ordered stop; fails when the server died more often than is tolerated and is given up.</summary>
    public Task Ended => _ended.Task;

    /// <summary>For the superuser: every right on this server.</summary>
    /// <param name="database">Database name.</param>
    public string ConnectionString(string database) => ConnectionString(database, SuperUser, _folder.Secret(SuperUser));

    /// <summary>For another role of this server.</summary>
    public string ConnectionString(string database, string user, string password) => EmbeddedEndpoint.ConnectionString(Port, database, user, password);

    /// <summary>A password generated once for this server's folder, for a role someone creates on it.</summary>
    /// <param name="name">Role name.</param>
    public string Secret(string name) => _folder.Secret(name);

    /// <summary>
    /// Makes the data folder if need be, starts the server, creates the databases, and returns when it takes connections.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">What, where and what to do, for the user.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _health.Starting(_role, "PostgreSQL starts");
        try
        {
            NpmPackage.RefuseWindows();
            _lock = _folder.Lock();
            _runAs = RunAs.Choose(_options.RunAsUser, Directory.Exists(_folder.Data) ? Libc.OwnerOf(_folder.Data) : null);
            _binaries = await BinariesLocator.LocateAsync(_options.BinariesFolder, _runAs, cancellation);
            await EndLeftoversAsync(cancellation);
            await ClusterSetup.EnsureAsync(_folder, _binaries, _runAs, SuperUser, _folder.Secret(SuperUser), cancellation);
            await _portRace.ExecuteAsync(async token => await RunAsync(ChoosePort(), token), cancellation);
            _folder.LastPort = Port;
            await EnsureDatabasesAsync(cancellation);
            _supervision = Task.Run(SuperviseAsync, CancellationToken.None);
        }
        catch (Exception failure)
        {
            await AbandonAsync();
            if (failure is IOException io && DiskSpace.IsGone(io))
            {
                throw new EmbeddedPostgresException(DiskSpace.Message(_folder.Root), failure);
            }

            throw;
        }

        LogStarted(_options.Name, Port, ProcessId, _binaries.Major);
    }

    /// <summary>Fast shutdown: open transactions are rolled back, everything committed is on disk. Harmless when not started.</summary>
    public async Task StopAsync()
    {
        if (!_ended.Task.IsCompletedSuccessfully)
        {
            await _stopping.CancelAsync();
        }

        await _supervision;
        await AbandonAsync();
        _ended.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task AbandonAsync()
    {
        if (_server is { } server)
        {
            await server.StopAsync(_options.StopPatience, _clock);
            server.Dispose();
            _server = null;
        }

        if (_lock is not null)
        {
            await _lock.DisposeAsync();
        }
    }

    private int ChoosePort()
    {
        if (_options.Port != 0)
        {
            return PortHolder.IsFree(_options.Port) ? _options.Port : throw PortTaken(_options.Port);
        }

        // Tools connected to the last run find the server again where that is possible.
        return _folder.LastPort is var last and not 0 && PortHolder.IsFree(last) ? last : PortHolder.FindFree();
    }

    private EmbeddedPostgresException PortTaken(int port) => new(
        $"port {port} for the {_options.Name} PostgreSQL is taken by {PortHolder.Describe(port) ?? "another program"}: stop that one, or set {_options.PortSetting} to another port (0 takes any free one)");

    private async Task RunAsync(int port, CancellationToken cancellation)
    {
        Port = port;
        ServerFolder.Write(Path.Combine(_folder.Data, "postgresql.conf"), ServerConfiguration.Settings(_options.Purpose, _options.Name, port), _runAs);
        ServerFolder.Write(Path.Combine(_folder.Data, "pg_hba.conf"), ServerConfiguration.Access, _runAs);
        _server?.Dispose();
        _server = await ServerProcess.StartAsync(_folder, _binaries!, _runAs, new BoundedLog(_folder.Log, LogBytes));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.StartPatience);
        try
        {
            if (await _server.BecomesReadyAsync(_folder, Unpooled(), _clock, patience.Token))
            {
                return;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new EmbeddedPostgresException(
                $"the {_options.Name} PostgreSQL does not take connections after {_options.StartPatience.TotalSeconds:0} s: see {_folder.Log}");
        }

        throw _server.Said("could not bind") ? _options.Port != 0 ? PortTaken(port) : new PortLostException()
            : _server.SaidDiskFull ? new EmbeddedPostgresException(DiskSpace.Message(_folder.Root))
            : new EmbeddedPostgresException($"the {_options.Name} PostgreSQL did not start: {_server.Epitaph}; see {_folder.Log}");
    }

    private async Task EndLeftoversAsync(CancellationToken cancellation)
    {
        if (await new LeftoverServer(_folder.Data, _clock).EndAsync(cancellation) is { } process)
        {
            LogLeftover(_options.Name, process);
        }
    }

    private async Task EnsureDatabasesAsync(CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled());
        await connection.OpenAsync(cancellation);
        foreach (var database in _options.Databases)
        {
            await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection) { Parameters = { new() { Value = database } } };
            if (await exists.ExecuteScalarAsync(cancellation) is null)
            {
                await using var create = new NpgsqlCommand($"CREATE DATABASE {PostgresText.Name(database)}", connection);
                await create.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    /// <summary>A pool would hand out connections to the server that was here before.</summary>
    private string Unpooled() => new NpgsqlConnectionStringBuilder(ConnectionString("postgres")) { Pooling = false }.ConnectionString;

    private async Task SuperviseAsync()
    {
        var deaths = new Queue<DateTimeOffset>();
        try
        {
            while (true)
            {
                await Task.WhenAny(_server!.Exited, Task.Delay(Pulse, _clock, _stopping.Token));
                _stopping.Token.ThrowIfCancellationRequested();
                if (!_server.Exited.IsCompleted)
                {
                    _health.Healthy(_role);
                    continue;
                }

                var now = _clock.GetUtcNow();
                deaths.Enqueue(now);
                while (now - deaths.Peek() > DeathsWindow)
                {
                    deaths.Dequeue();
                }

                await ReviveAsync(deaths.Count);
            }
        }
        catch (OperationCanceledException)
        {
            // The ordered stop.
        }
        catch (Exception failure)
        {
            // The supervision's end is told to whoever watches Ended, and shown.
            _health.Unhealthy(_role, failure.Message);
            LogGivenUp(_options.Name, failure.Message);
            _ended.TrySetException(failure);
        }
    }

    private async Task ReviveAsync(int deaths)
    {
        var epitaph = _server!.Epitaph;
        if (deaths > DeathsTolerated)
        {
            throw new EmbeddedPostgresException($"the {_options.Name} PostgreSQL died {deaths} times in {DeathsWindow.TotalMinutes:0} minutes ({epitaph}): see {_folder.Log}, then start again");
        }

        _health.Unhealthy(_role, $"the server died, {epitaph}; starting it again ({deaths} of {DeathsTolerated})");
        LogDied(_options.Name, epitaph, deaths, DeathsTolerated);
        await EndLeftoversAsync(_stopping.Token);
        await RunAsync(Port, _stopping.Token);
        LogStarted(_options.Name, Port, ProcessId, _binaries!.Major);
    }

    [LoggerMessage(1101, LogLevel.Information, "PostgreSQL {Name} takes connections on port {Port} (process {Process}, version {Major})")]
    private partial void LogStarted(string name, int port, int process, int major);

    [LoggerMessage(1102, LogLevel.Warning, "PostgreSQL {Name}: a server of an earlier run (process {Process}) was still there and has been stopped")]
    private partial void LogLeftover(string name, int process);

    [LoggerMessage(1103, LogLevel.Error, "PostgreSQL {Name} died, {Epitaph}; starting it again ({Deaths} of {Tolerated})")]
    private partial void LogDied(string name, string epitaph, int deaths, int tolerated);

    [LoggerMessage(1104, LogLevel.Critical, "PostgreSQL {Name} is given up: {Why}")]
    private partial void LogGivenUp(string name, string why);

    /// <summary>The free port we chose was taken by someone else before the server had it.</summary>
    private sealed class PortLostException : Exception;
}
