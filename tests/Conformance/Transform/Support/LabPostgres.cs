using System.Globalization;
using HospitalStreaming.Tests.Support.Servers;
using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>
/// The lab's PostgreSQL with a state folder and port of its own, for all tests of the room; stopped at the end. HOSPITAL_TRANSFORM_POSTGRES_PORT
/// names the port of another server (superuser postgres, loopback, no password) to run the same tests on.
/// </summary>
public sealed class LabPostgres : IAsyncLifetime
{
    private LabServers? _servers;
    private int _port;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("HOSPITAL_TRANSFORM_POSTGRES_PORT") is { Length: > 0 } port)
        {
            _port = int.Parse(port, CultureInfo.InvariantCulture);
            return;
        }

        if (Lab.Folder is null)
        {
            return;
        }

        _servers = new LabServers();
        _port = _servers.PostgresPort;
        await _servers.UpAsync("postgres");
    }

    /// <summary>A database of its own for one test.</summary>
    public async Task<TestWarehouse> WarehouseAsync(CancellationToken cancellation)
    {
        if (_port == 0)
        {
            Lab.SkipWhenAbsent();
        }

        var name = $"w{Guid.NewGuid():N}"[..16];
        await using var admin = NpgsqlDataSource.Create(Connection("postgres"));
        await using (var create = admin.CreateCommand($"CREATE DATABASE {name}"))
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }

        return await TestWarehouse.CreateAsync(Connection(name), name, _port, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_servers is not null)
        {
            await _servers.DisposeAsync();
        }
    }

    private string Connection(string database) => $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Command Timeout=300;Include Error Detail=true";
}
