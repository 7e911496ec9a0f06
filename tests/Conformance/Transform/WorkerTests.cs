using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Transform;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform;

/// <summary>The role itself: waits for the warehouse, follows its signal, shows what is wrong, stops.</summary>
[Collection(TransformCollection.Name)]
public sealed class WorkerTests(LabPostgres postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follows_current_from_a_warehouse_without_tables_to_the_next_change()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.RunAsync("DROP SCHEMA hospital CASCADE; DROP SCHEMA hospital_line CASCADE", Token);
        var health = new RoleHealth(TimeProvider.System);
        using var meters = new LineMeters();
        using var worker = Worker(warehouse, health, meters, Repository.Models);
        await worker.StartAsync(Token);
        await UntilAsync(() => State(health).Condition == RoleCondition.Starting && State(health).Detail.Contains("hospital_line.signals", StringComparison.Ordinal), health);

        await warehouse.CreateTablesAsync(Token);
        await UntilAsync(() => State(health).Condition == RoleCondition.Healthy, health);
        var seen = await warehouse.Sql.WaitForSignalAsync(SignalNames.Marts, 0, TimeSpan.FromSeconds(10), Token);
        await warehouse.InsertAsync("line_canary", ["1, 1, now()"], Token);
        (await warehouse.Sql.WaitForSignalAsync(SignalNames.Marts, seen, TimeSpan.FromSeconds(10), Token)).ShouldBeGreaterThan(seen);
        (await warehouse.LinesAsync("SELECT canary_id, beat FROM hospital_marts.line_canary", Token)).ShouldBe(["1|1"]);

        // The worker goes on while a whole comparison runs beside it, and the comparison finds what someone changed.
        (await warehouse.Runner(TimeProvider.System).RebuildAndCompareAsync(Token)).Marts.Where(mart => !mart.IsEqual).ShouldBeEmpty();
        await warehouse.RunAsync("UPDATE hospital_marts.line_canary SET beat = 99", Token);
        var found = await warehouse.Runner(TimeProvider.System).RebuildAndCompareAsync(Token);
        found.Marts.Where(mart => !mart.IsEqual).ShouldHaveSingleItem().ShouldBe(new MartDifference("line_canary", 1, 1, string.Empty));

        await worker.StopAsync(Token);
        worker.ExecuteTask!.IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Compares_under_a_constant_load_without_losing_a_change()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.FillAsync(2_000, Token);
        var health = new RoleHealth(TimeProvider.System);
        using var meters = new LineMeters();
        using var worker = Worker(warehouse, health, meters, Repository.Models);
        await worker.StartAsync(Token);
        await UntilAsync(() => State(health).Condition == RoleCondition.Healthy, health);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var applied = 0;
        var load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await warehouse.ApplyAsync(
                    "UPDATE hospital.visits SET total_cost = total_cost + 1 WHERE visit_id % 100 = 3; UPDATE hospital.line_canary SET beat = beat + 1", Token, "visits", "line_canary");
                applied++;
            }
        }, Token);

        for (var i = 0; i < 3; i++)
        {
            var compared = await warehouse.Runner(TimeProvider.System).RebuildAndCompareAsync(Token);
            compared.Marts.Where(mart => !mart.IsEqual).ShouldBeEmpty();
            compared.Marts.Length.ShouldBe(10);
        }

        await stop.CancelAsync();
        await load;
        await UntilAsync(() => warehouse.ScalarAsync("SELECT beat FROM hospital_marts.line_canary", Token).GetAwaiter().GetResult() is long beat && beat == applied + 1, health);
        await worker.StopAsync(Token);
    }

    [Fact]
    public async Task A_broken_project_shows_in_health_and_mends_when_the_file_does()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        using var models = new ModelsCopy();
        models.Replace("layers/marts/line_canary.sql", "beat,", "{{ beats }},");
        var health = new RoleHealth(TimeProvider.System);
        using var meters = new LineMeters();
        using var worker = Worker(warehouse, health, meters, models.Folder);
        await worker.StartAsync(Token);
        await UntilAsync(() => State(health).Detail.StartsWith("layers/marts/line_canary.sql:3:8: 'beats' is not defined", StringComparison.Ordinal), health);
        State(health).Condition.ShouldBe(RoleCondition.Unhealthy);

        models.Replace("layers/marts/line_canary.sql", "{{ beats }},", "beat,");
        await warehouse.InsertAsync("line_canary", ["1, 1, now()"], Token);
        await UntilAsync(() => State(health).Condition == RoleCondition.Healthy, health);
        await worker.StopAsync(Token);
    }

    private static TransformWorker Worker(TestWarehouse warehouse, RoleHealth health, LineMeters meters, string models) => new(
        warehouse.Runner(TimeProvider.System, models), warehouse.Sql, Options.Create(new TransformOptions { MinCycle = TimeSpan.FromMilliseconds(50), MaxIdle = TimeSpan.FromSeconds(2) }),
        health, meters, TimeProvider.System, NullLogger<TransformWorker>.Instance);

    private static RoleState State(RoleHealth health) => health.States.SingleOrDefault() ?? new RoleState("transform", RoleCondition.Unhealthy, "nothing yet", default);

    private static async Task UntilAsync(Func<bool> condition, RoleHealth health)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            if (limit.IsCancellationRequested || !await tick.WaitForNextTickAsync(CancellationToken.None))
            {
                Assert.Fail("not in time; transform says: " + string.Join("; ", health.States));
            }
        }
    }
}
