using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Conformance.WarehouseSink.Support;
using HospitalStreaming.Tests.Support.Faults;
using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink;

/// <summary>kill -9 of the loader's own process at K11 to K14 on BigQuery's emulator, which stands behind a guard with BigQuery's rules for jobs.</summary>
[Collection(BigQueryUnderTest.Beside)]
[Trait("Kind", "Soak")]
public sealed class BigQueryLoaderKillTests(LoaderServers broker) : IClassFixture<LoaderServers>
{
    private const int AtOnce = 2;

    [Theory]
    [InlineData(LoaderPoint.Claimed)]
    [InlineData(LoaderPoint.Loading)]
    [InlineData(LoaderPoint.BeforeCommit)]
    [InlineData(LoaderPoint.AfterCommit)]
    public async Task Killed_there_the_next_one_finishes_the_claim_and_loads_each_record_once(LoaderPoint point)
    {
        Lab.SkipWhenAbsent();
        var kind = FaultKinds.Kill((int)point, "bigquery");
        await FaultReport.RunAsync(kind, AtOnce, async seed =>
        {
            // Of each run's own: the emulator's every answer takes longer with all that it ever held.
            await using var servers = new LabServers();
            await servers.UpAsync("gcs", "bigquery");
            await using var target = await BigQueryTarget.CreateAsync(servers, $"k{(int)point}_{seed}");
            await LoaderKillRun.RunAsync(target, broker.Kafka, point, kind, seed);
        });
    }
}
