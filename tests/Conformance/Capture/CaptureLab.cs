using HospitalStreaming.Broker;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Postgres.Embedded;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>A real PostgreSQL (Debian's 15 where it is installed, else the embedded one) and a real broker of our own, both in a folder of their own.</summary>
public sealed class CaptureLab : IAsyncLifetime
{
    private static int _databases;
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "capture-lab-" + Guid.NewGuid().ToString("N")[..8]);
    private EmbeddedBroker? _broker;
    private int _brokerPort;

    public EmbeddedPostgres Postgres { get; private set; } = null!;

    public string Brokers => $"127.0.0.1:{_brokerPort}";

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        if (OperatingSystem.IsLinux())
        {
            // PostgreSQL runs under another user than root and must get through to its own folder.
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        await StartPostgresAsync();
        await StartBrokerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopBrokerAsync();
        await Postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public async Task StartPostgresAsync()
    {
        const string Debian = "/usr/lib/postgresql/15/bin";
        var options = new EmbeddedPostgresOptions
        {
            Name = "hospital",
            Purpose = ServerPurpose.Hospital,
            Folder = Path.Combine(_folder, "postgres"),
            BinariesFolder = Directory.Exists(Debian) ? Debian : null,
        };
        Postgres = new EmbeddedPostgres(options, new RoleHealth(TimeProvider.System), TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
        await Postgres.StartAsync(TestContext.Current.CancellationToken);
    }

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
        var unique = $"{name}_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(Postgres.ConnectionString("postgres"));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {unique} TEMPLATE template0 ENCODING 'UTF8'", connection);
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new CapturedDatabase(this, unique);
    }
}
