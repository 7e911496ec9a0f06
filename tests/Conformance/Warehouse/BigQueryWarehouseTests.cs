using HospitalStreaming.Core.Domain;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(WarehouseCollection.Name)]
public sealed class BigQueryWarehouseTests(WarehouseServers servers) : WarehouseSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_between_load_and_apply_loads_nothing_twice(bool marked)
    {
        await using var test = await BigQueryUnderTest.CreateAsync(servers, marked ? "crashdone" : "crashload");
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var fill = new LakeFill(test.Lake);
        var first = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20), Messages.Visit("c", 2, 21));

        var crashing = new CrashingLake(test.Lake, "loads/visits/000000000001.done", after: marked);
        var doomed = new BigQueryWarehouse(test.Client, test.Names, HospitalSchema.CapturedTables, crashing, TimeSpan.Zero);
        await doomed.TakeOverAsync(Token);
        await Should.ThrowAsync<IOException>(() => doomed.LoadAsync(new LoadClaim([first]), Refuse, Token));
        (await CountAsync(test, $"{test.Names.Raw}.visits")).ShouldBe(2);
        (await CountAsync(test, $"{test.Names.Current}.visits")).ShouldBe(0);

        var next = test.Open();
        await next.TakeOverAsync(Token);

        (await CountAsync(test, $"{test.Names.Raw}.visits")).ShouldBe(2);
        (await CountAsync(test, $"{test.Names.Current}.visits")).ShouldBe(2);
        (await next.StatusAsync(Token)).Positions.Single().Next.ShouldBe(2);
        (await test.Sql.WaitForSignalAsync(SignalNames.CurrentOf("visits"), 0, TimeSpan.Zero, Token)).ShouldBe(1);

        await next.TakeOverAsync(Token);
        await next.LoadAsync(new LoadClaim([await fill.TableAsync("visits", 0, Messages.Visit("d", 2, 30))]), Refuse, Token);
        (await CountAsync(test, $"{test.Names.Raw}.visits")).ShouldBe(3);
        (await CountAsync(test, $"{test.Names.Current}.visits WHERE NOT _deleted")).ShouldBe(1);
        (await next.StatusAsync(Token)).Positions.Single().Rows.ShouldBe(3);
    }

    [Fact]
    public async Task A_claim_that_another_loader_wrote_is_finished_as_it_is_and_never_replaced()
    {
        await using var test = await BigQueryUnderTest.CreateAsync(servers, "otherclaim");
        var fill = new LakeFill(test.Lake);
        var first = await fill.TableAsync("visits", 0, Messages.Visit("c", 1, 20));
        var second = await fill.TableAsync("visits", 0, Messages.Visit("c", 2, 30));
        var warehouse = test.Open();
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var written = new ClaimDocument("visits", 1, [first]);
        (await test.Lake.CreateDocumentAsync(written.Path, written.Bytes(), Token)).ShouldBeTrue();

        await Should.ThrowAsync<LoadFencedException>(() => warehouse.LoadAsync(new LoadClaim([first, second]), Refuse, Token));
        await warehouse.TakeOverAsync(Token);
        (await warehouse.StatusAsync(Token)).Positions.Single().Next.ShouldBe(1);
        await warehouse.LoadAsync(new LoadClaim([second]), Refuse, Token);

        (await CountAsync(test, $"{test.Names.Raw}.visits")).ShouldBe(2);
        (await CountAsync(test, $"{test.Names.Current}.visits")).ShouldBe(2);
    }

    [Fact]
    public async Task Values_of_every_type_come_back_as_they_went()
    {
        await using var test = await BigQueryUnderTest.CreateAsync(servers, "types");
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1_234_560);

        var rows = await test.Sql.QueryAsync(
            "SELECT @n AS n, @d AS d, @t AS t, @f AS f, @day AS day, @at AS at, CAST(NULL AS STRING) AS nothing",
            new Dictionary<string, object?> { ["n"] = long.MaxValue, ["d"] = 99_999_999.99m, ["t"] = "Grüße 'x'", ["f"] = true, ["day"] = new DateOnly(2026, 2, 28), ["at"] = at },
            Token);

        rows.Columns[0].ShouldBe("n");
        rows.Rows.Single().ShouldBe([long.MaxValue, 99_999_999.99m, "Grüße 'x'", true, new DateOnly(2026, 2, 28), at, null]);
    }

    [Fact]
    public async Task A_missing_table_is_told_as_such_and_an_error_tells_no_value()
    {
        await using var test = await BigQueryUnderTest.CreateAsync(servers, "errors");

        (await Should.ThrowAsync<WarehouseSqlException>(() => test.Sql.QueryAsync("SELECT * FROM nowhere.nothing", new Dictionary<string, object?>(), Token)))
            .IsMissingTable.ShouldBeTrue();
        (await Should.ThrowAsync<WarehouseSqlException>(() => test.Sql.QueryAsync("SELECT CAST('Jane Doe' AS INT64)", new Dictionary<string, object?>(), Token)))
            .Message.ShouldNotContain("Jane");
    }

    [Fact]
    public async Task Statements_take_effect_together_or_not_at_all()
    {
        await using var test = await BigQueryUnderTest.CreateAsync(servers, "together");
        await test.Open().EnsureAsync(Token);
        var insert = $"INSERT INTO {test.Names.Line}.signals (name, version, changed_at) VALUES ('x', 1, CURRENT_TIMESTAMP())";

        await Should.ThrowAsync<WarehouseSqlException>(() => test.Sql.ExecuteAsync(
            [insert, $"INSERT INTO {test.Names.Line}.signals (name, version, changed_at) SELECT 'y', ERROR('no'), CURRENT_TIMESTAMP()"], Token));
        (await CountAsync(test, $"{test.Names.Line}.signals")).ShouldBe(0);
        await test.Sql.ExecuteAsync([insert, insert], Token);

        (await CountAsync(test, $"{test.Names.Line}.signals")).ShouldBe(2);
    }

    protected override async Task<IWarehouseUnderTest> CreateAsync(string name) => await BigQueryUnderTest.CreateAsync(servers, name);

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException("poison");

    private static async Task<long> CountAsync(BigQueryUnderTest test, string from) =>
        (long)(await test.Sql.QueryAsync($"SELECT COUNT(*) FROM {from}", new Dictionary<string, object?>(), Token)).Rows[0][0]!;
}
