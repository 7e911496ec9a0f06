using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class PostgresTransactionTests(WarehouseServers servers) : TransactionSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public Task It_is_so_in_other_orders_too(int seed) => Every_state_of_current_is_one_that_the_source_had_however_its_topics_are_read_and_the_loader_dies(seed);

    [Fact]
    public async Task A_transaction_of_many_pages_is_shown_at_once_when_its_END_comes()
    {
        const int Rows = 25_000;
        await using var test = await CreateAsync("pages");
        var fill = new LakeFill(test.Lake);
        var warehouse = await StartAsync(test);
        await LoadAsync(warehouse, await fill.TableAsync(
            "visits", 0, [.. Enumerable.Range(1, Rows).Select(i => InTransaction.Of(700, i, Messages.Visit(i > 20_000 ? "u" : "c", i > 20_000 ? i - 20_000 : i, 1_000 + i, txId: 700)))]));
        (await TextAsync(test, "SELECT (SELECT count(*) FROM hospital.visits), (SELECT count(*) FROM hospital_raw.visits)")).ShouldBe("0 25000");

        await LoadAsync(warehouse, await InTransaction.EndAsync(fill, 700, 100_000, ("visits", Rows)));

        (await TextAsync(test, "SELECT count(*), count(*) FILTER (WHERE _op = 'u'), max(_lsn) FROM hospital.visits")).ShouldBe("20000 5000 26000");
    }

    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await PostgresUnderTest.CreateAsync(servers, name);

    protected override IWarehouse Open(IWarehouseUnderTest test, TimeSpan? patience = null) =>
        new PostgresWarehouse(((PostgresUnderTest)test).Database.Source, test.Names, Tables, test.Lake, patience ?? Patient);

    protected override IWarehouseReader Reader(IWarehouseUnderTest test) => new PostgresWarehouseReader(((PostgresUnderTest)test).Database.Source, test.Names);

    // A load that fails before it commits must leave nothing behind, in memory neither.
    protected override async Task FailAsync(IWarehouseUnderTest test, IWarehouse warehouse, LoadClaim claim, Random random)
    {
        var database = ((PostgresUnderTest)test).Database;
        await database.RunAsync("ALTER TABLE hospital_line.signals RENAME TO signals_away");
        await Should.ThrowAsync<Npgsql.PostgresException>(() => warehouse.LoadAsync(claim, Aside, Token));
        await database.RunAsync("ALTER TABLE hospital_line.signals_away RENAME TO signals");
    }
}
