using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>
/// What BigQuery may answer, or not answer, while a load is under way (faults 31 to 33): each record once in raw all the same. The emulator stands
/// behind a guard that keeps BigQuery's rules for jobs, and a fault that did not fire fails the test.
/// </summary>
[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryFaultTests
{
    private static readonly Fault[] Passing =
    [
        new(403, FaultPlace.Start) { Reason = "rateLimitExceeded" },
        new(429, FaultPlace.Start) { Reason = "rateLimitExceeded" },
        new(500, FaultPlace.Start) { Reason = "backendError" },
        new(503, FaultPlace.End) { Reason = "backendError" },
        new(null, FaultPlace.Start),
        new(null, FaultPlace.End),
    ];

    private static readonly (string Name, Func<ProxiedRequest, bool> Of)[] Requests =
    [
        ("load job", request => request.Method == "POST" && request.Target.StartsWith("/bigquery/", StringComparison.Ordinal) && request.Target.Contains("/jobs", StringComparison.Ordinal)),
        ("uploaded job", request => request.IsUpload),
        ("jobs.get", request => request.Method == "GET" && request.Target.Contains("/jobs/", StringComparison.Ordinal)),
        ("query", request => request.Method == "POST" && request.Target.Contains("/queries", StringComparison.Ordinal)),
        ("stage", request => request.Method == "POST" && request.Target.Contains("/tables", StringComparison.Ordinal)),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_passing_refusal_and_any_lost_answer_at_any_request_leaves_each_record_once()
    {
        await using var line = await GuardedLine.StartAsync("faults");
        var loads = 0;
        foreach (var (name, of) in Requests)
        {
            foreach (var fault in Passing)
            {
                var fired = line.Proxy.Fired;
                var claim = await line.ClaimAsync(loads);
                line.Proxy.Strikes = of;
                line.Proxy.Next(fault, fault);

                await line.LoadAsync(claim);

                line.Proxy.Fired.ShouldBe(fired + 2, $"{name}: {fault}");
                loads++;
            }
        }

        await line.ShouldHoldAsync(loads);
        line.Guard.Duplicates.ShouldBe(8, "a job whose answer was lost is sent again, twice, and runs once");
        line.Guard.Loads.Distinct().Count().ShouldBe(loads);
    }

    [Fact]
    public async Task A_job_that_fails_for_a_passing_reason_is_followed_by_another_under_a_new_id()
    {
        await using var line = await GuardedLine.StartAsync("passing");
        line.Guard.Fail("backendError", "jobRateLimitExceeded");

        await line.LoadAsync(await line.ClaimAsync(0));

        line.Guard.Loads.Select(id => id.Split('_')[^1]).ShouldBe(["1", "2", "3"]);
        await line.ShouldHoldAsync(1);
    }

    [Fact]
    public async Task A_job_that_fails_for_good_lands_nothing_and_the_claim_is_finished_once_its_cause_is_gone()
    {
        await using var line = await GuardedLine.StartAsync("lasting");
        line.Guard.Fail("accessDenied");
        var claim = await line.ClaimAsync(0);

        (await Should.ThrowAsync<WarehouseSqlException>(() => line.LoadAsync(claim))).Message.ShouldContain("failed");
        await line.ShouldHoldAsync(0);
        await line.TakeOverAsync();

        line.Guard.Loads.Select(id => id.Split('_')[^1]).ShouldBe(["1", "2"]);
        await line.ShouldHoldAsync(1);
    }

    [Fact]
    public async Task What_a_failed_job_left_half_way_is_overwritten()
    {
        await using var line = await GuardedLine.StartAsync("halfway");
        line.Guard.FailHalfWay("backendError");

        await line.LoadAsync(await line.ClaimAsync(0, objects: 2));

        line.Guard.Loads.Count.ShouldBe(2);
        await line.ShouldHoldAsync(2);
    }

    [Fact]
    public async Task Half_of_an_upload_that_the_server_takes_for_all_of_it_takes_no_effect()
    {
        await using var line = await GuardedLine.StartAsync("half");
        line.Proxy.Strikes = request => request.IsUpload;
        line.Proxy.Next(new Fault(null, FaultPlace.Middle));
        var claim = await line.ClaimAsync(0, objects: 50);

        // As the emulator does, which BigQuery would not: it ends the job well.
        (await Should.ThrowAsync<WarehouseSqlException>(() => line.LoadAsync(claim))).Message.ShouldContain("of 100 rows");
        await line.ShouldHoldAsync(0);
        await line.TakeOverAsync();

        await line.ShouldHoldAsync(50);
    }

    [Fact]
    public async Task An_exceeded_quota_ends_the_load_without_a_job_and_the_next_day_goes_on()
    {
        await using var line = await GuardedLine.StartAsync("quota");
        line.Guard.LoadsLeft = 0;
        var claim = await line.ClaimAsync(0);

        (await Should.ThrowAsync<WarehouseSqlException>(() => line.LoadAsync(claim))).Code.ShouldBe("quotaExceeded");
        line.Guard.Loads.ShouldBeEmpty();
        line.Guard.LoadsLeft = 1_500;
        await line.TakeOverAsync();

        await line.ShouldHoldAsync(1);
    }
}
