using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class PostgresPoisonTests(WarehouseServers servers) : PoisonSuite
{
    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await PostgresUnderTest.CreateAsync(servers, name);
}
