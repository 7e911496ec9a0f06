using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class PostgresTruncateTests(WarehouseServers servers) : TruncateSuite
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task It_does_so_in_other_orders_too(int seed) => It_removes_every_older_row_whenever_a_partition_is_read(seed);

    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await PostgresUnderTest.CreateAsync(servers, name);
}
