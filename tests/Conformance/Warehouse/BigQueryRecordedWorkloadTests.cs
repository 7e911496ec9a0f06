using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Support.Recorded;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryRecordedWorkloadTests : RecordedWorkloadSuite
{
    [Fact]
    public async Task A_recorded_workload_gives_the_sources_rows()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("workload");
        await ReplayAsync(test, RecordedWorkload.Tables, seed: 1, largestObject: 200);
    }

    [Fact]
    public async Task A_change_that_commits_after_the_snapshot_wins()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("latecommit");
        await LateCommitsAsync(test);
    }
}
