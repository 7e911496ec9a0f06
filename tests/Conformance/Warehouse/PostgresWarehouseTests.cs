using HospitalStreaming.Core.Domain;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class PostgresWarehouseTests(WarehouseServers servers) : WarehouseSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_column_that_a_later_version_knows_joins_the_table_and_its_view()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "grown");
        var visits = HospitalSchema.Visits;
        await test.OpenFor([visits with { Columns = visits.Columns.RemoveAt(visits.Columns.Length - 1) }]).EnsureAsync(Token);

        await test.OpenFor([visits]).EnsureAsync(Token);

        (await test.Sql.QueryAsync($"SELECT * FROM {test.Names.Views}.visits", new Dictionary<string, object?>(), Token)).Columns
            .ShouldBe(visits.Columns.Select(column => column.Name));
    }

    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await PostgresUnderTest.CreateAsync(servers, name);
}
