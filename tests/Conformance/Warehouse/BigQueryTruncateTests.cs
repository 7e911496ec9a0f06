using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryTruncateTests : TruncateSuite
{
    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await BigQueryUnderTest.CreateAsync(name);
}
