using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Verify;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryKeyTests : KeySuite
{
    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await BigQueryUnderTest.CreateAsync(name);

    private protected override IWarehouseReader Reader(IWarehouseUnderTest test) => new BigQueryWarehouseReader(((BigQueryUnderTest)test).Client, test.Names);

    private protected override string Printed(string column) => $"CAST({column} AS STRING)";
}
