using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class PostgresKeyTests(WarehouseServers servers) : KeySuite
{
    [Fact]
    public async Task Books_made_when_all_keys_were_whole_numbers_keep_theirs()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "oldbooks");
        await test.Open().EnsureAsync(TestContext.Current.CancellationToken);
        await test.Database.RunAsync(
            """
            ALTER TABLE hospital_line.poison_records ALTER held_key TYPE bigint USING held_key::bigint;
            ALTER TABLE hospital_line.pending_moves ALTER key TYPE bigint USING key::bigint, ALTER missing_key TYPE bigint USING missing_key::bigint;
            INSERT INTO hospital_line.poison_records (table_name, partition, "offset", stream_epoch, held_key, reason) VALUES ('visits', 0, 5, 'abcd0123', 17, 'bad_json');
            INSERT INTO hospital_line.pending_moves VALUES ('visits', 18, 19, 20)
            """);

        var warehouse = test.Open();
        await warehouse.EnsureAsync(TestContext.Current.CancellationToken);
        await warehouse.TakeOverAsync(TestContext.Current.CancellationToken);

        (await warehouse.StatusAsync(TestContext.Current.CancellationToken)).HeldKeys["visits"].ShouldBe(1);
        (await test.Database.TextAsync("SELECT held_key, key, missing_key FROM hospital_line.poison_records, hospital_line.pending_moves")).ShouldBe("17,18,19");
    }

    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await PostgresUnderTest.CreateAsync(servers, name);

    private protected override IWarehouseReader Reader(IWarehouseUnderTest test) =>
        new PostgresWarehouseReader(((PostgresUnderTest)test).Database.Source, test.Names);
}
