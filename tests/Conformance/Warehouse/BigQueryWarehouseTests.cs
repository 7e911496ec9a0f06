using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryWarehouseTests : WarehouseSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_claim_that_another_loader_wrote_is_finished_as_it_is_and_never_replaced()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("otherclaim");
        var fill = new LakeFill(test.Lake);
        var first = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20));
        var second = await fill.TableAsync("visits", 0, Messages.Visit("c", 2, 30));
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var written = new ClaimDocument(await new BigQueryTables(test.Client, test.Names).LifeAsync(Token), "visits", 1, [first]);
        (await test.Lake.CreateDocumentAsync(written.Path, written.Bytes(), Token)).ShouldBeTrue();

        await Should.ThrowAsync<LoadFencedException>(() => warehouse.LoadAsync(new LoadClaim([first, second]), Refuse, Token));
        (await CountAsync(test, $"{test.Names.Raw}.visits")).ShouldBe(0);
        await warehouse.TakeOverAsync(Token);
        (await warehouse.StatusAsync(Token)).Positions.Single().Next.ShouldBe(1);
        await warehouse.LoadAsync(new LoadClaim([second]), Refuse, Token);

        (await CountAsync(test, $"{test.Names.Raw}.visits")).ShouldBe(2);
        (await CountAsync(test, $"{test.Names.Current}.visits")).ShouldBe(2);
    }

    [Fact]
    public async Task Rows_of_two_lives_of_a_topic_are_told_apart_though_their_offsets_are_the_same()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("lives");
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var former = await new LakeFill(test.Lake).TableAsync("visits", 0, Messages.Visit("c", 1, 20));
        var latter = await new LakeFill(test.Lake, epoch: "ffff0123").TableAsync("visits", 0, Messages.Visit("u", 1, 30, cost: "3.00"));

        await warehouse.LoadAsync(new LoadClaim([former, latter]), Refuse, Token);

        var raw = await test.Sql.QueryAsync(
            $"SELECT stream_epoch, `offset`, op, lsn, key_id, source_epoch FROM {test.Names.Raw}.visits ORDER BY 1", new Dictionary<string, object?>(), Token);
        raw.Rows.Select(row => string.Join(' ', row)).ShouldBe([$"{LakeFill.Epoch} 0 c 20 1 1", "ffff0123 0 u 30 1 1"]);
        (await CountAsync(test, $"{test.Names.Current}.visits WHERE total_cost = 3")).ShouldBe(1);
        (await warehouse.StatusAsync(Token)).Positions.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Values_of_every_type_come_back_as_they_went()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("types");
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1_234_560);

        // The emulator takes NUMERIC and DATE parameters for texts.
        var rows = await test.Sql.QueryAsync(
            "SELECT @n AS n, CAST(@d AS NUMERIC) AS d, @t AS t, @f AS f, CAST(@day AS DATE) AS day, @instant AS instant, CAST(NULL AS STRING) AS nothing",
            new Dictionary<string, object?> { ["n"] = long.MaxValue, ["d"] = 99_999_999.99m, ["t"] = "Grüße 'x'", ["f"] = true, ["day"] = new DateOnly(2026, 2, 28), ["instant"] = at },
            Token);

        rows.Columns[0].ShouldBe("n");
        rows.Rows.Single().ShouldBe([long.MaxValue, 99_999_999.99m, "Grüße 'x'", true, new DateOnly(2026, 2, 28), at, null]);
    }

    [Fact]
    public async Task A_missing_table_is_told_as_such_and_an_error_tells_no_value()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("errors");

        (await Should.ThrowAsync<WarehouseSqlException>(() => test.Sql.QueryAsync("SELECT * FROM nowhere.nothing", new Dictionary<string, object?>(), Token)))
            .IsMissingTable.ShouldBeTrue();
        (await Should.ThrowAsync<WarehouseSqlException>(() => test.Sql.QueryAsync("SELECT CAST('Jane Doe' AS INT64)", new Dictionary<string, object?>(), Token)))
            .Message.ShouldNotContain("Jane");
    }

    [Fact]
    public async Task Statements_take_effect_together_or_not_at_all()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("together");
        await test.Open().EnsureAsync(Token);
        var insert = $"INSERT INTO {test.Names.Line}.{SignalTables.Marts} (name, version, changed_at) VALUES ('x', 1, CURRENT_TIMESTAMP())";

        await Should.ThrowAsync<WarehouseSqlException>(() => test.Sql.ExecuteAsync(
            [insert, $"INSERT INTO {test.Names.Line}.{SignalTables.Marts} (name, version, changed_at) SELECT 'y', ERROR('no'), CURRENT_TIMESTAMP()"], Token));
        (await CountAsync(test, $"{test.Names.Line}.signals")).ShouldBe(0);
        await test.Sql.ExecuteAsync([insert, insert], Token);

        (await CountAsync(test, $"{test.Names.Line}.signals")).ShouldBe(2);
    }

    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await BigQueryUnderTest.CreateAsync(name);

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException("poison");

    private static Task<long> CountAsync(BigQueryUnderTest test, string from) => test.ScalarAsync($"SELECT COUNT(*) FROM {from}");
}
