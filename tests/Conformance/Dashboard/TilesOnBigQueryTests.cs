using System.Globalization;
using System.Net.Http.Json;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Dashboard.Live;
using HospitalStreaming.Dashboard.Tiles;
using HospitalStreaming.Tests.Conformance.Dashboard.Support;
using HospitalStreaming.Tests.Support.Servers;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard;

/// <summary>Every tile's GoogleSQL, with its parameters, against BigQuery's emulator: names, types and grammar; the figures are proved on PostgreSQL.</summary>
[Collection("bigquery")]
public sealed class TilesOnBigQueryTests
{
    private const string Project = "hospital-local";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_tile_is_understood()
    {
        Lab.SkipWhenAbsent();
        await using var servers = new LabServers();
        await servers.UpAsync("gcs", "bigquery");
        using var client = new HttpClient { BaseAddress = new Uri(servers.BigQuery), Timeout = TimeSpan.FromSeconds(60) };
        foreach (var dataset in new[] { "hospital_line", "hospital_marts" })
        {
            using var made = await client.PostAsJsonAsync($"/bigquery/v2/projects/{Project}/datasets", new { datasetReference = new { projectId = Project, datasetId = dataset } }, Stop);
            (made.IsSuccessStatusCode || made.StatusCode == System.Net.HttpStatusCode.Conflict).ShouldBeTrue(dataset);
        }

        foreach (var table in BigQuerySchema.Tables)
        {
            await AskAsync(client, $"create table if not exists {table}", new Dictionary<string, object?>());
        }

        var names = new TileNames(new WarehouseNames());
        var dialect = new TileDialect(SqlDialect.BigQuery, names);
        var part = TileFilters.None with { Hospital = "h1", From = new DateOnly(2026, 1, 1), Doctor = 3, Patient = 4 };
        foreach (var tile in TileCatalog.Tiles.Values)
        {
            foreach (var filters in new[] { TileFilters.None, part })
            {
                var query = tile.QueryFor(filters, dialect);
                await AskAsync(client, query.Sql, query.Parameters);
            }
        }

        var recorder = new RecordedSql();
        await new MartsReader(recorder, names).ReadAsync(Stop);
        await AskAsync(client, recorder.Sql!, recorder.Parameters!);
    }

    private static async Task AskAsync(HttpClient client, string sql, IReadOnlyDictionary<string, object?> parameters)
    {
        using var answer = await client.PostAsJsonAsync($"/bigquery/v2/projects/{Project}/queries", new
        {
            query = sql,
            useLegacySql = false,
            parameterMode = "NAMED",
            queryParameters = parameters.Select(parameter => new
            {
                name = parameter.Key,
                parameterType = new { type = parameter.Value switch { long => "INT64", DateOnly => "DATE", _ => "STRING" } },
                parameterValue = new { value = parameter.Value is DateOnly day ? day.ToString("O", CultureInfo.InvariantCulture) : Convert.ToString(parameter.Value, CultureInfo.InvariantCulture) },
            }),
        }, Stop);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{sql}\n{await answer.Content.ReadAsStringAsync(Stop)}");
    }

    private sealed class RecordedSql : IWarehouseSql
    {
        public string? Sql { get; private set; }

        public IReadOnlyDictionary<string, object?>? Parameters { get; private set; }

        public SqlDialect Dialect => SqlDialect.BigQuery;

        public Task ExecuteAsync(IReadOnlyList<string> statements, CancellationToken cancellation) => throw new NotSupportedException();

        public Task<WarehouseRows> QueryAsync(string sql, IReadOnlyDictionary<string, object?> parameters, CancellationToken cancellation)
        {
            (Sql, Parameters) = (sql, parameters);
            return Task.FromResult(new WarehouseRows([], []));
        }

        public Task<long> WaitForSignalAsync(string signal, long seen, TimeSpan atMost, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
