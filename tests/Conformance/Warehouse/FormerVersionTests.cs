using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Conformance.WarehouseSink.Support;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>A warehouse that a former version made (fault 57): without the tables and columns that came later. It is taken over as it is, with what it holds.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class FormerVersionTests(WarehouseServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_loaded_further_and_keeps_what_it_has()
    {
        await using var test = await PostgresUnderTest.CreateAsync(servers, "former");
        var history = new LoaderHistory(test.Lake, new Random(1));
        await LoadAsync(test, history);
        var (raw, line) = (test.Names.Raw, test.Names.Line);
        await test.Database.RunAsync($"""
            ALTER TABLE {raw}.visits DROP COLUMN schema, DROP COLUMN tx_order;
            ALTER TABLE {raw}.doctors DROP COLUMN schema, DROP COLUMN tx_order;
            ALTER TABLE {line}.positions DROP COLUMN applied_next;
            ALTER TABLE {test.Names.Current}.doctors DROP COLUMN hospital_id CASCADE;
            DROP TABLE {line}.letter_decisions, {line}.truncations, {line}.transactions, {line}.transaction_reads;
            DROP SCHEMA {test.Names.Views} CASCADE;
            """);
        var before = await test.Database.TextAsync($"SELECT count(*) FROM {raw}.visits");

        await LoadAsync(test, history);
        await LoadAsync(test, history);

        var outcome = await history.CompareAsync(test.Sql, test.Names);
        outcome.Different.ShouldBeEmpty();
        (outcome.Lost, outcome.Doubled).ShouldBe((0, 0));
        (await test.Database.TextAsync($"SELECT count(*) FROM {raw}.visits WHERE schema IS NULL")).ShouldBe(before);
        (await test.Database.TextAsync($"SELECT count(*) > 0 FROM {test.Names.Views}.visits")).ShouldBe("true");
    }

    private static async Task LoadAsync(PostgresUnderTest test, LoaderHistory history)
    {
        var loader = test.Open();
        await loader.EnsureAsync(Token);
        await loader.TakeOverAsync(Token);
        await loader.LoadAsync(new LoadClaim([.. (await history.AddAsync(20)).OrderBy(item => item.Name)]), Refuse, Token);
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException("poison");
}
