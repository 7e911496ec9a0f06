using System.Text.Json;
using HospitalStreaming.Dashboard.Tiles;
using HospitalStreaming.Tests.Conformance.Dashboard.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Dashboard;

/// <summary>Every tile against real marts on PostgreSQL.</summary>
[Collection(DashboardServers.Name)]
public sealed class TilesOnPostgresTests(WarehouseServers servers) : IAsyncLifetime
{
    private static readonly string[] Choices =
        ["", "hospital=h1", "from=2026-01-01", "from=2026-01-01&to=2026-06-30&hospital=h2", "doctor=3&patient=5", "doctor=3&patient=5&from=2026-01-01", "hospital=none%27%3B--"];

    private MartsDatabase? _database;
    private DashboardHost _host = null!;
    private HttpClient _client = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await MartsDatabase.CreateAsync(await servers.PostgresAsync(), 3_000, Stop);
        _host = await DashboardHost.StartAsync(_database.Sql, Stop);
        _client = new HttpClient { BaseAddress = _host.Url };
        await Wait.UntilAsync("the marts are known", () => _client.GetAsync("/healthz/ready", Stop).GetAwaiter().GetResult().IsSuccessStatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            _client.Dispose();
            await _host.DisposeAsync();
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_tile_answers_for_every_choice_of_filters()
    {
        foreach (var tile in TileCatalog.Tiles.Keys)
        {
            foreach (var choice in Choices)
            {
                using var answer = await _client.GetAsync($"/api/tiles/{tile}?{choice}", Stop);
                var body = await answer.Content.ReadAsStringAsync(Stop);
                answer.IsSuccessStatusCode.ShouldBeTrue($"{tile}?{choice}: {body}");
                body.ShouldNotContain("Secret Name", customMessage: tile);
            }
        }
    }

    [Fact]
    public async Task Sums_agree_between_tiles_and_with_the_marts()
    {
        var billed = await SumAsync("revenue-by-month", "billed_amount");
        billed.ShouldBe(await ScalarAsync("select sum(billed_amount) from hospital_marts.patient_journey"));
        (await SumAsync("revenue-by-doctor", "billed_amount")).ShouldBe(billed);
        (await SumAsync("revenue-by-doctor", "billed_amount", "from=1901-01-01")).ShouldBe(billed);
        (await SumAsync("revenue-by-hospital", "billed_amount")).ShouldBe(billed);
        (await SumAsync("doctors", "total_revenue")).ShouldBe(billed);
        (await SumAsync("doctors", "total_revenue", "from=1901-01-01")).ShouldBe(billed);
        (await SumAsync("spending-bands", "total_billed")).ShouldBe(billed);
        (await SumAsync("spending-bands", "total_billed", "from=1901-01-01")).ShouldBe(billed);
        (await SumAsync("payment-status", "billed_amount")).ShouldBe(billed);
        (await SumAsync("diagnoses", "visit_count")).ShouldBe(3_000);
        (await SumAsync("diagnoses", "visit_count", "from=1901-01-01")).ShouldBe(3_000);
    }

    [Fact]
    public async Task A_filter_narrows()
    {
        var parts = 0m;
        foreach (var hospital in new[] { "h1", "h2", "h3" })
        {
            parts += await SumAsync("revenue-by-month", "billed_amount", $"hospital={hospital}");
        }

        parts.ShouldBe(await SumAsync("revenue-by-month", "billed_amount"));
        (await SumAsync("doctor-visits", "billed_amount", "doctor=-1")).ShouldBe(0);
        (await SumAsync("patient-visits", "billed_amount", "patient=7")).ShouldBe(await ScalarAsync("select coalesce(sum(billed_amount), 0) from hospital_marts.patient_journey where patient_id = 7"));
    }

    [Fact]
    public async Task A_change_comes_over_the_live_channel_and_into_the_tile()
    {
        var before = await SumAsync("revenue-by-month", "billed_amount");
        using var viewer = await LiveReader.OpenAsync(_client, Stop);
        await viewer.NextAsync("marts", Stop);
        await _database!.AddVisitAsync(123.45m, "Asthma", Stop);
        await viewer.NextAsync("marts", Stop);
        (await SumAsync("revenue-by-month", "billed_amount")).ShouldBe(before + 123.45m);
    }

    private async Task<decimal> SumAsync(string tile, string column, string filters = "")
    {
        using var body = JsonDocument.Parse(await _client.GetStringAsync($"/api/tiles/{tile}?{filters}", Stop));
        var at = body.RootElement.GetProperty("columns").EnumerateArray().Select(name => name.GetString()).ToList().IndexOf(column);
        return body.RootElement.GetProperty("rows").EnumerateArray().Sum(row => row[at].GetDecimal());
    }

    private async Task<decimal> ScalarAsync(string sql)
    {
        await using var command = _database!.Source.CreateCommand(sql);
        return (decimal)(await command.ExecuteScalarAsync(Stop))!;
    }
}
