using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Tests.Conformance.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>The lab's servers for this suite: those that LAB_POSTGRES and its like name already, else its own, started when first needed.</summary>
public sealed class WarehouseServers : IAsyncDisposable
{
    private readonly string _state = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"hospital-tests-warehouse-{Environment.ProcessId}"));
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Connection string of a superuser on a PostgreSQL server.</summary>
    public async Task<string> PostgresAsync() => await AddressAsync("LAB_POSTGRES", "postgres");

    /// <summary>Address of a Cloud Storage emulator.</summary>
    public async Task<string> GcsAsync() => await AddressAsync("STORAGE_EMULATOR_HOST", "gcs");

    /// <summary>Address of a BigQuery emulator that can read from the Cloud Storage one.</summary>
    public async Task<string> BigQueryAsync()
    {
        await GcsAsync();
        return await AddressAsync("BIGQUERY_EMULATOR_HOST", "bigquery");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_environment.Count > 0)
        {
            await LabAsync(CancellationToken.None, "down");
            Directory.Delete(_state, recursive: true);
        }

        _one.Dispose();
    }

    private async Task<string> AddressAsync(string variable, string server)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
        {
            return given;
        }

        Lab.SkipWhenAbsent();
        var token = TestContext.Current.CancellationToken;
        await _one.WaitAsync(token);
        try
        {
            if (_environment.Count == 0)
            {
                _environment["LAB_STATE"] = _state;
                foreach (var port in new[] { "POSTGRES", "GCS" })
                {
                    _environment[$"LAB_{port}_PORT"] = FreePort(1);
                }

                // The emulator listens on this port and on the tenth after it.
                _environment["LAB_BIGQUERY_PORT"] = FreePort(11);
            }

            await LabAsync(token, "up", server);
            var line = (await LabAsync(token, "env")).Split('\n').Single(line => line.StartsWith($"export {variable}=", StringComparison.Ordinal));
            return line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('"');
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<string> LabAsync(CancellationToken cancellation, params string[] arguments)
    {
        // Servers inherit no pipe of ours: a pipe they hold open would never end.
        var output = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var quoted = string.Join(' ', arguments.Select(argument => $"'{argument}'"));
        var start = new ProcessStartInfo("bash", ["-c", $"'{Path.Combine(Lab.Folder!, "lab")}' {quoted} >'{output}' 2>&1 </dev/null"]);
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        using var lab = Process.Start(start)!;
        await lab.WaitForExitAsync(cancellation);
        var text = await File.ReadAllTextAsync(output, cancellation);
        File.Delete(output);
        return lab.ExitCode == 0 ? text : throw new InvalidOperationException($"lab {quoted} failed: {text}");
    }

    private static string FreePort(int span)
    {
        while (true)
        {
            var listeners = new List<TcpListener>();
            try
            {
                var first = new TcpListener(IPAddress.Loopback, 0);
                first.Start();
                listeners.Add(first);
                var port = ((IPEndPoint)first.LocalEndpoint).Port;
                var last = new TcpListener(IPAddress.Loopback, port + span - 1);
                if (span > 1)
                {
                    last.Start();
                    listeners.Add(last);
                }

                return port.ToString(CultureInfo.InvariantCulture);
            }
            catch (SocketException)
            {
                // The other end of the span is taken: another first port.
            }
            finally
            {
                listeners.ForEach(listener => listener.Stop());
            }
        }
    }
}

/// <summary>Tests that share the servers.</summary>
[CollectionDefinition(Name)]
public sealed class WarehouseCollection : ICollectionFixture<WarehouseServers>
{
    internal const string Name = "warehouse";
}
