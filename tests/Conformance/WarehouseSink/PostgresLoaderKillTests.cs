using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Conformance.WarehouseSink.Support;
using HospitalStreaming.Tests.Support.Faults;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink;

/// <summary>kill -9 of the loader's own process at K11 to K14 on PostgreSQL, where they are steps of one transaction.</summary>
[Collection(WarehouseCollection.Name)]
[Trait("Kind", "Soak")]
public sealed class PostgresLoaderKillTests(WarehouseServers servers, LoaderServers broker) : IClassFixture<LoaderServers>
{
    private const int AtOnce = 2;

    [Theory]
    [InlineData(LoaderPoint.Claimed)]
    [InlineData(LoaderPoint.Loading)]
    [InlineData(LoaderPoint.BeforeCommit)]
    [InlineData(LoaderPoint.AfterCommit)]
    public async Task Killed_there_the_next_one_loads_each_record_once(LoaderPoint point)
    {
        await using var database = await TestDatabase.CreateAsync(servers, $"loader_kill_{(int)point}");
        var kind = FaultKinds.Kill((int)point, "postgres");
        await FaultReport.RunAsync(kind, AtOnce, async seed =>
        {
            await using var target = new PostgresTarget(database, $"k{(int)point}_{seed}");
            await LoaderKillRun.RunAsync(target, broker.Kafka, point, kind, seed);
        });
    }
}
