using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryPoisonTests : PoisonSuite
{
    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await BigQueryUnderTest.CreateAsync(name);

    // 16 MiB in one line: the emulator takes minutes over it.
    private protected override bool Takes(BadRecords.Bad record) => record.Reason != "too_large";
}
