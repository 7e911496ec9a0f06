using System.Globalization;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>A loader that dies at any step of a load leaves what the next one finishes: each record once in raw, the last change in current.</summary>
[Collection(BigQueryUnderTest.OneAtATime)]
public sealed class BigQueryCrashTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task At_any_change_it_makes_in_BigQuery(bool lose)
    {
        await using var test = await BigQueryUnderTest.CreateAsync(lose ? "lostreply" : "notsent");
        await using var proxy = new CuttingProxy(test.Address);
        using var client = BigQueryUnderTest.ClientOf(proxy.Address);
        await test.Loader(test.Client, test.Lake).EnsureAsync(Token);
        var fill = new LakeFill(test.Lake);

        var steps = 0;
        for (var cut = true; cut; steps++)
        {
            proxy.CutAt(int.MaxValue, lose);
            var doomed = test.Loader(client, test.Lake);
            await doomed.TakeOverAsync(Token);
            var claim = new LoadClaim([await ObjectAsync(fill, steps)]);
            proxy.CutAt(steps + 1, lose);
            try
            {
                await doomed.LoadAsync(claim, Refuse, Token);
            }
            catch (WarehouseSqlException)
            {
                proxy.Cut.ShouldBeTrue();
            }

            cut = proxy.Cut;
            await FinishAsync(test, claim);
            await AssertAsync(test, steps + 1);
        }

        steps.ShouldBe(8, "two stages, their two jobs, the transaction, two drops; and one load that was let through");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task At_the_claim(bool written)
    {
        await using var test = await BigQueryUnderTest.CreateAsync(written ? "claimed" : "unclaimed");
        await test.Loader(test.Client, test.Lake).EnsureAsync(Token);
        var claim = new LoadClaim([await ObjectAsync(new LakeFill(test.Lake), 0)]);
        var doomed = test.Loader(test.Client, new CrashingLake(test.Lake, "loads/", written));
        await doomed.TakeOverAsync(Token);

        await Should.ThrowAsync<IOException>(() => doomed.LoadAsync(claim, Refuse, Token));
        await FinishAsync(test, claim);

        await AssertAsync(test, 1);
    }

    [Fact]
    public async Task Warehouses_that_were_dropped_and_made_anew_load_the_lake_from_its_start()
    {
        await using var test = await BigQueryUnderTest.CreateAsync("anew");
        var warehouse = test.Loader(test.Client, test.Lake);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        var claim = new LoadClaim([await ObjectAsync(new LakeFill(test.Lake), 0)]);
        await warehouse.LoadAsync(claim, Refuse, Token);
        var tables = new BigQueryTables(test.Client, test.Names);
        var first = await tables.LifeAsync(Token);

        // The emulator's clock has whole seconds.
        do
        {
            await test.DropAsync();
            await warehouse.EnsureAsync(Token);
        }
        while (await tables.LifeAsync(Token) == first);
        await warehouse.TakeOverAsync(Token);
        (await warehouse.StatusAsync(Token)).Positions.ShouldBeEmpty();
        await warehouse.LoadAsync(claim, Refuse, Token);

        await AssertAsync(test, 1);
    }

    private static Task<LakeObject> ObjectAsync(LakeFill fill, int step) => fill.TableAsync(
        "visits",
        0,
        Messages.Visit(step == 0 ? "c" : "u", 1, 100 + step, cost: string.Create(CultureInfo.InvariantCulture, $"{step}.00")),
        Messages.Visit("c", 1_000 + step, 100 + step));

    // As another process would: it takes over, which finishes an open claim, and claims what is left.
    private static async Task FinishAsync(BigQueryUnderTest test, LoadClaim claim)
    {
        var next = test.Loader(test.Client, test.Lake);
        await next.TakeOverAsync(Token);
        var end = claim.Objects[^1].Manifest!.Next;
        if (((await next.StatusAsync(Token)).Positions.SingleOrDefault()?.Next ?? 0) < end)
        {
            await next.LoadAsync(claim, Refuse, Token);
        }
    }

    private static async Task AssertAsync(BigQueryUnderTest test, int loads)
    {
        var (raw, current, line) = (test.Names.Raw, test.Names.Current, test.Names.Line);
        var found = await test.Sql.QueryAsync(
            $"""
            SELECT
              (SELECT COUNT(*) FROM {raw}.visits), (SELECT COUNT(DISTINCT `offset`) FROM {raw}.visits), (SELECT COUNT(*) FROM {current}.visits),
              (SELECT CAST(total_cost AS INT64) FROM {current}.visits WHERE visit_id = 1),
              (SELECT COUNT(*) FROM {line}.loaded_objects), (SELECT SUM(next_offset) FROM {line}.positions), (SELECT SUM(`rows`) FROM {line}.positions),
              (SELECT version FROM {line}.signals WHERE name = 'current:visits')
            """,
            new Dictionary<string, object?>(),
            Token);
        found.Rows.Single().ShouldBe([2L * loads, 2L * loads, 1L + loads, loads - 1L, (long)loads, 2L * loads, 2L * loads, (long)loads]);
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException("poison");
}
