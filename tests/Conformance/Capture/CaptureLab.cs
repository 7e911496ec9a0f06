using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Broker;
using HospitalStreaming.Tests.Support.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>A real PostgreSQL, the lab's (version 15, the oldest supported), and a real broker, our embedded one; both in folders of their own.</summary>
public sealed class CaptureLab : IAsyncLifetime
{
    private static int _databases;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "capture-lab-" + Guid.NewGuid().ToString("N")[..8]);
    private readonly LabServers _servers = new();
    private EmbeddedBroker? _broker;
    private int _brokerPort;
    private Task? _connect;

    /// <summary>A real Kafka and Kafka Connect with Debezium, for what is compared with them.</summary>
    public Task StartConnectAsync() => _connect ??= _servers.UpAsync("kafka", "connect");

    public string Kafka => _servers.Kafka;

    public Uri Connect => _servers.Connect;

    public string Brokers => $"127.0.0.1:{_brokerPort}";

    public async ValueTask InitializeAsync()
    {
        if (Lab.Folder is null)
        {
            // The tests say so themselves: a fixture cannot skip.
            return;
        }

        Directory.CreateDirectory(_folder);
        await StartPostgresAsync();
        await StartBrokerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Lab.Folder is null)
        {
            return;
        }

        await StopBrokerAsync();
        await StopPostgresAsync();
        await _servers.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public Task StartPostgresAsync() => _servers.UpAsync("postgres");

    /// <summary>A fast stop: the lab's own is a smart one, which waits for clients.</summary>
    public async Task StopPostgresAsync()
    {
        var server = int.Parse(await File.ReadAllTextAsync(_servers.PidFile("postgres")), CultureInfo.InvariantCulture);
        using (var interrupt = Process.Start("kill", ["-INT", server.ToString(CultureInfo.InvariantCulture)])!)
        {
            await interrupt.WaitForExitAsync();
        }

        await _servers.DownAsync("postgres");
    }

    public string ConnectionString(string database) => _servers.Postgres(database) + ";Pooling=false";

    public async Task StartBrokerAsync()
    {
        _broker = new EmbeddedBroker(
            new BrokerOptions { Folder = Path.Combine(_folder, "broker"), Port = _brokerPort, AutoCreateTopics = true, DefaultPartitions = 3 },
            NullLoggerFactory.Instance,
            TimeProvider.System);
        await _broker.StartAsync(TestContext.Current.CancellationToken);
        _brokerPort = _broker.Port;
    }

    public async Task StopBrokerAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
            _broker = null;
        }
    }

    /// <summary>A new database with a slot name and a topic prefix of its own.</summary>
    public async Task<CapturedDatabase> DatabaseAsync(string name)
    {
        Lab.SkipWhenAbsent();
        var unique = $"{name}_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {unique} TEMPLATE template0 ENCODING 'UTF8'", connection);
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new CapturedDatabase(this, unique);
    }
}
