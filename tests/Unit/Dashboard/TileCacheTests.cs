using System.Text;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Dashboard.Live;
using HospitalStreaming.Dashboard.Tiles;
using HospitalStreaming.Tests.Unit.Dashboard.Support;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Dashboard;

public class TileCacheTests
{
    private static readonly TileDefinition Revenue = TileCatalog.Tiles["revenue-by-month"];
    private static readonly TileDefinition Overview = TileCatalog.Tiles["overview"];

    private readonly ScriptedWarehouse _warehouse = new();
    private readonly LiveHub _hub = new(new HandClock());

    private CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asks_once_however_many_look()
    {
        _hub.PublishMarts(States.Of(1, null, ("revenue_by_month", "a")));
        var gate = new TaskCompletionSource<WarehouseRows>();
        _warehouse.Answer = _ => gate.Task;
        var cache = Cache();
        var viewers = Enumerable.Range(0, 200).Select(_ => Task.Run(() => cache.GetAsync(Revenue, TileFilters.None, Stop))).ToArray();
        gate.SetResult(new WarehouseRows(["n"], [[7L]]));
        var answers = await Task.WhenAll(viewers);
        answers.Distinct().ShouldHaveSingleItem();
        _warehouse.Queries.Count.ShouldBe(1);
        cache.Queries.ShouldBe(1);
    }

    [Fact]
    public async Task Asks_again_once_when_a_model_it_reads_was_built_anew_and_not_for_others()
    {
        var cache = Cache();
        _hub.PublishMarts(States.Of(1, null, ("revenue_by_month", "a"), ("line_canary", "x")));
        await cache.GetAsync(Revenue, TileFilters.None, Stop);
        _hub.PublishMarts(States.Of(2, null, ("revenue_by_month", "a"), ("line_canary", "y")));
        await cache.GetAsync(Revenue, TileFilters.None, Stop);
        _warehouse.Queries.Count.ShouldBe(1, "the canary alone was built");
        _hub.PublishMarts(States.Of(3, null, ("revenue_by_month", "b"), ("line_canary", "z")));
        await cache.GetAsync(Revenue, TileFilters.None, Stop);
        await cache.GetAsync(Revenue, TileFilters.None, Stop);
        _warehouse.Queries.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Keeps_choices_of_filters_apart_and_joins_those_that_do_not_matter()
    {
        _hub.PublishMarts(States.Of(1));
        var cache = Cache();
        await cache.GetAsync(Revenue, TileFilters.None with { Hospital = "h1" }, Stop);
        await cache.GetAsync(Revenue, TileFilters.None with { Hospital = "h2" }, Stop);
        _warehouse.Queries.Select(query => query.Parameters["hospital"]).ShouldBe(["h1", "h2"]);
        await cache.GetAsync(Overview, TileFilters.None, Stop);
        await cache.GetAsync(Overview, TileFilters.None with { Doctor = 9, From = new DateOnly(2026, 1, 1) }, Stop);
        _warehouse.Queries.Count.ShouldBe(3, "overview has no doctor and no period");
    }

    [Fact]
    public async Task Reads_the_whole_period_from_the_mart_of_that_grain()
    {
        _hub.PublishMarts(States.Of(1));
        var cache = Cache();
        await cache.GetAsync(TileCatalog.Tiles["diagnoses"], TileFilters.None, Stop);
        await cache.GetAsync(TileCatalog.Tiles["diagnoses"], TileFilters.None with { From = new DateOnly(2026, 1, 1) }, Stop);
        var texts = _warehouse.Queries.Select(query => query.Sql).ToArray();
        texts[0].ShouldContain("diagnosis_distribution");
        texts[1].ShouldContain("patient_journey");
    }

    [Fact]
    public async Task Does_not_keep_a_failure()
    {
        _hub.PublishMarts(States.Of(1));
        var cache = Cache();
        _warehouse.Answer = _ => Task.FromException<WarehouseRows>(new TimeoutException());
        await Should.ThrowAsync<TimeoutException>(() => cache.GetAsync(Revenue, TileFilters.None, Stop));
        _warehouse.Answer = _ => Task.FromResult(new WarehouseRows(["n"], [[1L]]));
        (await cache.GetAsync(Revenue, TileFilters.None, Stop)).ShouldNotBeNull();
    }

    [Fact]
    public async Task One_who_leaves_does_not_spoil_the_answer_of_those_who_wait()
    {
        _hub.PublishMarts(States.Of(1));
        var gate = new TaskCompletionSource<WarehouseRows>();
        _warehouse.Answer = _ => gate.Task;
        var cache = Cache();
        using var leaving = new CancellationTokenSource();
        var first = cache.GetAsync(Revenue, TileFilters.None, leaving.Token);
        var second = cache.GetAsync(Revenue, TileFilters.None, Stop);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        gate.SetResult(new WarehouseRows(["n"], []));
        (await second).ShouldNotBeNull();
        _warehouse.Queries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Holds_a_bounded_number_of_answers()
    {
        _hub.PublishMarts(States.Of(1));
        var cache = Cache();
        for (var i = 0; i < 5_000; i++)
        {
            await cache.GetAsync(TileCatalog.Tiles["patient"], TileFilters.None with { Patient = i }, Stop);
        }

        cache.Entries.ShouldBeLessThanOrEqualTo(2_000);
    }

    [Fact]
    public async Task Has_nothing_before_the_first_publication() => (await Cache().GetAsync(Revenue, TileFilters.None, Stop)).ShouldBeNull();

    [Fact]
    public void Writes_exact_decimals_and_keeps_the_tag_when_nothing_changed()
    {
        var rows = new WarehouseRows(["a", "b", "c", "d", "e"], [[1.10m, null, new DateOnly(2026, 4, 1), new DateTimeOffset(2026, 4, 1, 9, 30, 0, TimeSpan.Zero), "<b>"]]);
        var one = TileJson.Write("t", ["m"], rows, "token-1");
        Encoding.UTF8.GetString(one.Json).ShouldBe("""{"tile":"t","models":["m"],"columns":["a","b","c","d","e"],"rows":[[1.10,null,"2026-04-01","2026-04-01T09:30:00Z","\u003Cb\u003E"]]}""");
        TileJson.Write("t", ["m"], rows, "token-2").ETag.ShouldBe(one.ETag);
    }

    private TileCache Cache() => new(_warehouse, new TileNames(new WarehouseNames()), _hub, TimeProvider.System);
}
