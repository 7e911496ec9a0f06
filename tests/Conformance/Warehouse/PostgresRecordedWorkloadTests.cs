using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Support.Recorded;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>HOSPITAL_SOAK multiplies the seeds.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class PostgresRecordedWorkloadTests(WarehouseServers servers) : RecordedWorkloadSuite
{
    private static readonly int Seeds = 4 * (int.TryParse(Environment.GetEnvironmentVariable("HOSPITAL_SOAK"), out var times) ? times : 1);

    public static TheoryData<int> AllSeeds => new(Enumerable.Range(1, Seeds));

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public async Task A_recorded_workload_gives_the_sources_rows(int seed)
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, $"workload_{seed}");
        await ReplayAsync(test, RecordedWorkload.Tables, seed, largestObject: 60);
    }

    [Fact]
    public async Task A_change_that_commits_after_the_snapshot_wins()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "late_commit");
        await LateCommitsAsync(test);
    }
}
