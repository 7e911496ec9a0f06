using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Tests.Conformance.Support;
using Npgsql;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>
/// The lab's PostgreSQL with a state folder and port of its own, for all tests of the room; stopped at the end. HOSPITAL_TRANSFORM_POSTGRES_PORT
/// names the port of another server (superuser postgres, loopback, no password) to run the same tests on.
/// </summary>
public sealed class LabPostgres : IAsyncLifetime
{
    private readonly string _state = Path.Combine(Path.GetTempPath(), $"hospital-transform-{Environment.ProcessId}");
    private int _port;
    private bool _isOurs = true;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("HOSPITAL_TRANSFORM_POSTGRES_PORT") is { Length: > 0 } port)
        {
            (_port, _isOurs) = (int.Parse(port, CultureInfo.InvariantCulture), false);
            return;
        }

        if (Lab.Folder is null)
        {
            return;
        }

        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        await LabAsync("up", "postgres");
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
        if (_port != 0 && _isOurs)
        {
            await LabAsync("down", "postgres");
            Directory.Delete(_state, recursive: true);
        }
    }

    private string Connection(string database) => $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Command Timeout=300;Include Error Detail=true";

    private async Task LabAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Lab.Folder!, "lab"), arguments);
        start.Environment["LAB_STATE"] = _state;
        start.Environment["LAB_POSTGRES_PORT"] = _port.ToString(CultureInfo.InvariantCulture);
        using var lab = Process.Start(start)!;
        await lab.WaitForExitAsync();
        if (lab.ExitCode != 0)
        {
            throw new InvalidOperationException($"lab {string.Join(' ', arguments)} failed");
        }
    }
}
