using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Verify;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class PostgresDecisionTests(WarehouseServers servers) : DecisionSuite
{
    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await PostgresUnderTest.CreateAsync(servers, name);

    private protected override IWarehouseReader Reader(IWarehouseUnderTest test) =>
        new PostgresWarehouseReader(((PostgresUnderTest)test).Database.Source, test.Names);
}
