using HospitalStreaming.Broker;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Postgres.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace HospitalStreaming.Bench.Measuring;

/// <summary>The product's embedded servers, set up as `hospital up` does, for one benchmark: own folder, gone afterwards.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    private readonly List<EmbeddedPostgres> _postgres = [];
    private EmbeddedBroker? _broker;

    internal string State { get; } = Directory.CreateTempSubdirectory("hospital-bench-").FullName;

    internal string Kafka => _broker!.BootstrapServers;

    internal async Task StartBrokerAsync()
    {
        _broker = new EmbeddedBroker(
            new BrokerOptions { Folder = Path.Combine(State, "broker"), DefaultPartitions = 3 }, NullLoggerFactory.Instance, TimeProvider.System);
        await _broker.StartAsync(CancellationToken.None);
    }

    /// <summary>A server with one database of its name.</summary>
    /// <param name="purpose">Which settings.</param>
    /// <param name="binaries">Folder of its programs; null for the bundled ones.</param>
    internal async Task<EmbeddedPostgres> StartPostgresAsync(ServerPurpose purpose, string? binaries)
    {
        var name = purpose == ServerPurpose.Hospital ? "hospital" : "warehouse";
        var options = new EmbeddedPostgresOptions { Name = name, Purpose = purpose, Folder = Path.Combine(State, "postgres-" + name), BinariesFolder = binaries, Databases = [name] };
        var server = new EmbeddedPostgres(options, new RoleHealth(TimeProvider.System), TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
        _postgres.Add(server);
        await server.StartAsync(CancellationToken.None);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _postgres)
        {
            await server.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        Directory.Delete(State, recursive: true);
    }
}
