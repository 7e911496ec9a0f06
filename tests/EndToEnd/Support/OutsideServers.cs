using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Xunit;

namespace HospitalStreaming.Tests.EndToEnd.Support;

/// <summary>Real servers that are not ours, from the lab: Kafka, PostgreSQL 15, Kafka Connect with Debezium, a GCS stand-in; on free ports.</summary>
internal sealed class OutsideServers : IAsyncDisposable
{
    private readonly Dictionary<string, string> _environment;
    private readonly string _lab;
    private readonly string _state = Path.Combine(Path.GetTempPath(), "hospital-lab-" + Path.GetRandomFileName());

    private OutsideServers(string lab)
    {
        _lab = lab;

        // Kafka's controller and BigQuery's gRPC take the port beside theirs, so each gets room around it.
        var ports = Enumerable.Range(0, 5).Select(_ => FreePort()).ToArray();
        _environment = new Dictionary<string, string>
        {
            ["LAB_STATE"] = _state,
            ["LAB_POSTGRES_PORT"] = ports[0].ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["LAB_KAFKA_PORT"] = ports[1].ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["LAB_CONNECT_PORT"] = ports[2].ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["LAB_GCS_PORT"] = ports[3].ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["LAB_BIGQUERY_PORT"] = ports[4].ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Connection string of a database on the lab's PostgreSQL.</summary>
    public string Postgres(string database) => $"Host=127.0.0.1;Port={_environment["LAB_POSTGRES_PORT"]};Username=postgres;Database={database}";

    /// <summary>Kafka's address.</summary>
    public string Kafka => "127.0.0.1:" + _environment["LAB_KAFKA_PORT"];

    /// <summary>The GCS stand-in's address.</summary>
    public string Gcs => "http://127.0.0.1:" + _environment["LAB_GCS_PORT"];

    private Uri Connect => new("http://127.0.0.1:" + _environment["LAB_CONNECT_PORT"]);

    /// <summary>Starts them; skips the test where there is no lab.</summary>
    public static async Task<OutsideServers> StartAsync(CancellationToken cancellation)
    {
        var lab = Find();
        if (lab is null)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") is null, "The lab is not here: set HOSPITAL_LAB to its folder.");
            Assert.Fail("The lab is not here, and CI must run every test: set HOSPITAL_LAB to its folder.");
        }

        var servers = new OutsideServers(lab!);
        await servers.LabAsync(["up", "postgres", "kafka", "connect", "gcs"], cancellation);
        return servers;
    }

    /// <summary>Creates a database.</summary>
    public async Task CreateDatabaseAsync(string name, CancellationToken cancellation)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(Postgres("postgres"));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Installs the repository's own connector JSON, its placeholders filled as Kafka Connect's environment would.</summary>
    public async Task InstallConnectorAsync(string connectorFile, string captureUser, string capturePassword, CancellationToken cancellation)
    {
        var text = (await File.ReadAllTextAsync(connectorFile, cancellation))
            .Replace("${env:HOSPITAL_DB_HOST}", "127.0.0.1", StringComparison.Ordinal)
            .Replace("${env:HOSPITAL_DB_PORT}", _environment["LAB_POSTGRES_PORT"], StringComparison.Ordinal)
            .Replace("${env:HOSPITAL_DB_CAPTURE_USER}", captureUser, StringComparison.Ordinal)
            .Replace("${env:HOSPITAL_DB_CAPTURE_PASSWORD}", capturePassword, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = Connect };
        using var answer = await http.PostAsJsonAsync("/connectors", JsonNode.Parse(text), cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>What Kafka Connect says of the connector.</summary>
    public async Task<string> ConnectorStatusAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = Connect };
        return await http.GetStringAsync(new Uri("/connectors/postgres-source/status", UriKind.Relative), cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await LabAsync(["down"], CancellationToken.None);
        Directory.Delete(_state, recursive: true);
    }

    private async Task LabAsync(string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path.Combine(_lab, "lab"), arguments) { RedirectStandardError = true };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        using var lab = Process.Start(start)!;

        // The servers inherit the lab's error stream: read what it says up to its own end, not to theirs.
        var said = new System.Text.StringBuilder();
        lab.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        lab.BeginErrorReadLine();
        await lab.WaitForExitAsync(cancellation).WaitAsync(TimeSpan.FromMinutes(4), cancellation);
        if (lab.ExitCode != 0)
        {
            throw new InvalidOperationException($"lab {string.Join(' ', arguments)} failed:\n{said}");
        }
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HOSPITAL_LAB") is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HospitalStreaming.sln")))
            {
                var beside = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "lab"));
                return File.Exists(Path.Combine(beside, "lab")) ? beside : null;
            }
        }

        return null;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
