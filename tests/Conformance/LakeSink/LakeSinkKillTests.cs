using HospitalStreaming.Tests.Conformance.LakeSink.Support;
using HospitalStreaming.Tests.Support.Faults;
using HospitalStreaming.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink;

/// <summary>kill -9 of the sink's own process at K7 to K10, on a real Kafka, into a bucket and into a folder. HOSPITAL_SOAK is the number of seeds of each (20 in a soak).</summary>
[Trait("Kind", "Soak")]
public sealed class LakeSinkKillTests(KillServers servers) : IClassFixture<KillServers>
{
    private static readonly int Seeds = FaultReport.Times;

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
        for (var seed = 1; seed <= Seeds; seed++)
        {
            await KillRun.RunAsync(servers, point, bucket, seed, totals);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{point} {(bucket ? "bucket" : "folder")}: {totals}");
        (totals.Runs, totals.Lost, totals.Doubled).ShouldBe((Seeds, 0, 0));
        if (point == KillPoint.BeforeCommit)
        {
            totals.Ahead.ShouldBe(totals.Kills, "a commit that never arrived leaves the chain ahead");
        }
    }
}
