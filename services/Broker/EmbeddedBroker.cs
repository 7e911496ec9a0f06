using System.Net;
using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Server;
using HospitalStreaming.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker;

/// <summary>
/// A single-node broker that speaks Kafka's wire protocol, inside this process. Everything acknowledged survives kill -9 of the process;
/// what a power cut may cost is <see cref="FlushPolicy"/>. For more than one node there is Redpanda or Kafka.
/// </summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromMilliseconds(700);
    private readonly BrokerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly IFileSystem _files;
    private readonly CancellationTokenSource _stopping = new();
    private FileStream? _folderLock;
    private TopicCatalog? _catalog;
    private OffsetStore? _offsets;
    private BrokerMetrics? _metrics;
    private Listener? _listener;
    private Task _running = Task.CompletedTask;
    private bool _stopped;

    public EmbeddedBroker(BrokerOptions options, ILoggerFactory loggers, TimeProvider time)
        : this(options, loggers, time, new DiskFileSystem())
    {
    }

    internal EmbeddedBroker(BrokerOptions options, ILoggerFactory loggers, TimeProvider time, IFileSystem files) =>
        (_options, _logger, _time, _files) = (options, loggers.CreateLogger<EmbeddedBroker>(), time, files);

    /// <summary>The port listened on, once started.</summary>
    public int Port { get; private set; }

    /// <summary>What clients are configured with: address:port.</summary>
    public string BootstrapServers => new IPEndPoint(_options.ListenAddress, Port).ToString();

    /// <summary>Opens the folder (recovering it after a crash), then listens. Throws <see cref="BrokerStartException"/> with a message for the user.</summary>
    public async Task StartAsync(CancellationToken token)
    {
        if (_options.Problems() is { Count: > 0 } problems)
        {
            throw new BrokerStartException($"the broker's settings: {string.Join("; ", problems)}", null);
        }
        try
        {
            await Task.Run(Open, token);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public BrokerStatistics Statistics() => _catalog is null
        ? new BrokerStatistics(0, 0, 0, 0)
        : new BrokerStatistics(_catalog.Topics.Count, _catalog.Partitions.Count(), _catalog.Partitions.Sum(p => p.Bytes), _listener?.Connections ?? 0);

    /// <summary>Ends connections, writes what makes the next start quick, and lets go of the folder; takes well under a second.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped)
        {
            return;
        }
        _stopped = true;
        await _stopping.CancelAsync();
        _listener?.Dispose();
        try
        {
            await _running.WaitAsync(StopLimit, _time);
        }
        catch (TimeoutException)
        {
            _logger.LogWarning("Connections did not end in time; the broker stops without them");
        }
        _metrics?.Dispose();
        _catalog?.Dispose();
        _offsets?.Dispose();
        if (_folderLock is not null)
        {
            await _folderLock.DisposeAsync();
        }
        _stopping.Dispose();
    }

    private void Open()
    {
        try
        {
            _files.CreateFolder(_options.Folder);
            _folderLock = Lock();
            var environment = new StorageEnvironment(_files, _time, _logger, _options.FlushPolicy);
            var catalog = _catalog = new TopicCatalog(environment, _options);
            _offsets = new OffsetStore(environment, _options.Folder, id => catalog.Find(id) is not null);
            var groups = new GroupCoordinator(_offsets, _options, environment);
            _metrics = new BrokerMetrics(Statistics);
            var broker = new BrokerContext(_options, catalog, groups, environment, _metrics, _options.ListenAddress.ToString());
            _listener = new Listener(_options, _time, _logger);
            Port = broker.Port = _listener.Bind();
            var storage = new StorageLoop(catalog, _offsets, new Retention(catalog, environment, _options), environment, _options);
            _running = Task.WhenAll(
                WatchAsync(_listener.RunAsync(new Dispatcher(new ApiTable(broker)), _stopping.Token)),
                WatchAsync(groups.RunAsync(_stopping.Token)),
                WatchAsync(storage.RunAsync(_stopping.Token)));
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            throw new BrokerStartException($"the broker cannot use folder {_options.Folder}: {error.Message}", error);
        }
        var statistics = Statistics();
        _logger.LogInformation(
            "Broker on {Address}: {Topics} topics, {Partitions} partitions, {Bytes} bytes",
            BootstrapServers, statistics.Topics, statistics.Partitions, statistics.BytesOnDisk);
    }

    // None of them ends before the stop; if a fault ends one, it must be heard of.
    private async Task WatchAsync(Task part)
    {
        try
        {
            await part;
        }
#pragma warning disable CA1031 // Whatever it is: the other parts go on.
        catch (Exception error)
        {
            _logger.LogCritical(error, "A part of the broker has ended; restart it");
        }
#pragma warning restore CA1031
    }

    // The operating system lets go of the lock when the process ends, however it ends.
    private FileStream Lock()
    {
        var path = Path.Combine(_options.Folder, "broker.lock");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new BrokerStartException($"folder {_options.Folder} is in use by another broker: stop that one, or set another Folder", error);
        }
    }
}
