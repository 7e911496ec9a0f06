using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HospitalStreaming.Tests.Support.Servers;

namespace HospitalStreaming.Tests.EndToEnd.Support;

/// <summary>Real servers that are not ours, from the lab: Kafka, PostgreSQL 15, Kafka Connect with Debezium, stand-ins for Cloud Storage and BigQuery.</summary>
internal sealed class OutsideServers : IAsyncDisposable
{
    private readonly LabServers _lab = new();

    /// <summary>Connection string of a database on the lab's PostgreSQL.</summary>
    public string Postgres(string database) => _lab.Postgres(database);

    /// <summary>Kafka's address.</summary>
    public string Kafka => _lab.Kafka;

    /// <summary>The Cloud Storage stand-in's address.</summary>
    public string Gcs => _lab.Gcs;

    /// <summary>The BigQuery stand-in's address.</summary>
    public string BigQuery => _lab.BigQuery;

    /// <summary>Starts them; skips the test where there is no lab.</summary>
    public static async Task<OutsideServers> StartAsync(params string[] names)
    {
        Lab.SkipWhenAbsent();
        var servers = new OutsideServers();
        await servers._lab.UpAsync(names);
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
            .Replace("${env:HOSPITAL_DB_PORT}", _lab.PostgresPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("${env:HOSPITAL_DB_CAPTURE_USER}", captureUser, StringComparison.Ordinal)
            .Replace("${env:HOSPITAL_DB_CAPTURE_PASSWORD}", capturePassword, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = _lab.Connect };
        using var answer = await http.PostAsJsonAsync("/connectors", JsonNode.Parse(text), cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Whether a query on the BigQuery stand-in gives a row; a table that is not there yet gives none.</summary>
    public async Task<bool> BigQueryHasAsync(string sql, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_lab.BigQuery) };
        using var answer = await http.PostAsJsonAsync("/bigquery/v2/projects/hospital-local/queries", new { query = sql, useLegacySql = false }, cancellation);
        return answer.IsSuccessStatusCode && (await answer.Content.ReadFromJsonAsync<JsonNode>(cancellation))?["rows"] is JsonArray { Count: > 0 };
    }

    /// <summary>What Kafka Connect says of the connector.</summary>
    public async Task<string> ConnectorStatusAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = _lab.Connect };
        return await http.GetStringAsync(new Uri("/connectors/postgres-source/status", UriKind.Relative), cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lab.DisposeAsync();
}
