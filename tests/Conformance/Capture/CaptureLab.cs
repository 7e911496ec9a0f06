using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Broker;
using HospitalStreaming.Tests.Conformance.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>A real PostgreSQL, the lab's (version 15, the oldest supported), and a real broker, our embedded one; both in folders of their own.</summary>
public sealed class CaptureLab : IAsyncLifetime
{
    private static int _databases;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "capture-lab-" + Guid.NewGuid().ToString("N")[..8]);
    private readonly int _postgresPort = FreePort();
    private EmbeddedBroker? _broker;
    private int _brokerPort;

    public string Brokers => $"127.0.0.1:{_brokerPort}";

    public async ValueTask InitializeAsync()
    {
        if (Lab.Folder is null)
        {
            // The tests say so themselves: a fixture cannot skip.
            return;
        }

        Directory.CreateDirectory(_folder);
        StartPostgres();
        await StartBrokerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Lab.Folder is null)
        {
            return;
        }

        await StopBrokerAsync();
        StopPostgres();
        Directory.Delete(_folder, recursive: true);
    }

    public void StartPostgres() => Run("up", "postgres");

    /// <summary>A fast stop: the lab's own is a smart one, which waits for clients.</summary>
    public void StopPostgres()
    {
        var server = int.Parse(File.ReadAllText(Path.Combine(_folder, "lab", "postgres.pid")), CultureInfo.InvariantCulture);
        using (var interrupt = Process.Start("kill", ["-INT", server.ToString(CultureInfo.InvariantCulture)])!)
        {
            interrupt.WaitForExit();
        }

        Run("down", "postgres");
    }

    public string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_postgresPort};Username=postgres;Database={database};Pooling=false");

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

    private void Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Lab.Folder!, "lab"), arguments);
        start.Environment["LAB_STATE"] = Path.Combine(_folder, "lab");
        start.Environment["LAB_POSTGRES_PORT"] = _postgresPort.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"lab {string.Join(' ', arguments)} failed");
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
