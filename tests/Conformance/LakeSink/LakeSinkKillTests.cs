using System.Globalization;
using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using HospitalStreaming.Tests.Support.Faults;
using HospitalStreaming.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink;

/// <summary>kill -9 of the sink's own process at K7 to K10, on a real Kafka, into a bucket and into a folder; its coordinator gone (fault 21); SIGTERM twice (56); a burst (51).</summary>
[Trait("Kind", "Soak")]
public sealed class LakeSinkKillTests(KillServers servers) : IClassFixture<KillServers>
{
    private const int AtOnce = 2;

    [Theory]
    [InlineData(KillPoint.WhileWriting, true)]
    [InlineData(KillPoint.WhileWriting, false)]
    [InlineData(KillPoint.ReplyLost, true)]
    [InlineData(KillPoint.ReplyLost, false)]
    [InlineData(KillPoint.BeforeCommit, true)]
    [InlineData(KillPoint.BeforeCommit, false)]
    [InlineData(KillPoint.Zombie, true)]
    [InlineData(KillPoint.Zombie, false)]
    public async Task Killed_there_it_goes_on_and_nothing_is_lost_or_doubled(KillPoint point, bool bucket)
    {
        Lab.SkipWhenAbsent();
        var totals = new KillTotals();
        var kind = FaultKinds.Kill((int)point, bucket ? "bucket" : "folder");
        await FaultReport.RunAsync(kind, AtOnce, seed => KillRun.RunAsync(servers, point, bucket, kind, seed, totals));

        TestContext.Current.TestOutputHelper?.WriteLine($"{point} {(bucket ? "bucket" : "folder")}: {totals}");
        (totals.Runs, totals.Lost, totals.Doubled).ShouldBe((FaultReport.Count(kind), 0, 0));
        if (point == KillPoint.BeforeCommit)
        {
            totals.Ahead.ShouldBe(totals.Kills, "a commit that never arrived leaves the chain ahead");
        }
    }

    [Fact]
    public Task While_its_coordinator_is_away_objects_are_written_and_when_it_is_back_they_are_committed() => RunAsync(KillPoint.Unreachable, bucket: false, FaultKinds.SinkCoordinator);

    [Fact]
    public Task Asked_to_stop_twice_it_finishes_what_is_on_its_way_once() => RunAsync(KillPoint.AskedTwice, bucket: true, FaultKinds.SinkAskedTwice);

    [Fact]
    public async Task A_burst_of_ten_times_as_much_passes_through_bounded_memory()
    {
        Lab.SkipWhenAbsent();
        using var run = new BurstRun(servers);

        var (before, peak) = await run.RunAsync();

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{BurstRun.BurstBytes:N0} bytes at once: peak memory {peak:N0} bytes, {before:N0} before"));
        peak.ShouldBeLessThan(256L * 1024 * 1024);
        peak.ShouldBeLessThan(BurstRun.BurstBytes);
    }

    private async Task RunAsync(KillPoint point, bool bucket, string kind)
    {
        Lab.SkipWhenAbsent();
        var totals = new KillTotals();
        await FaultReport.RunAsync(kind, AtOnce, seed => KillRun.RunAsync(servers, point, bucket, kind, seed, totals));
    }
}
