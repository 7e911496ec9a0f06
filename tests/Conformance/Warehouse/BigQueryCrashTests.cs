using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>A loader that dies at any step of a load leaves what the next one finishes: each record once in raw, the last change in current.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class BigQueryCrashTests(WarehouseServers servers)
{
    private static readonly TableDescription[] Visits = [HospitalSchema.CapturedTables.Single(table => table.Name == "visits")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task At_any_request_to_BigQuery(bool lose)
    {
        await using var test = await BigQueryUnderTest.CreateAsync(servers, lose ? "lostreply" : "notsent");
        await using var proxy = new CuttingProxy(test.Address);
        using var client = BigQueryUnderTest.ClientOf(proxy.Address);
        await Loader(test, test.Client, test.Lake).EnsureAsync(Token);
        var fill = new LakeFill(test.Lake);

        var steps = 0;
        for (var cut = true; cut; steps++)
        {
            proxy.CutAt(int.MaxValue, lose);
            var doomed = Loader(test, client, test.Lake);
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

        steps.ShouldBeGreaterThan(12, "a load makes more requests than that: the proxy did not see them");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task At_the_claim(bool written)
    {
        await using var test = await BigQueryUnderTest.CreateAsync(servers, written ? "claimed" : "unclaimed");
        await Loader(test, test.Client, test.Lake).EnsureAsync(Token);
        var claim = new LoadClaim([await ObjectAsync(new LakeFill(test.Lake), 0)]);
        var doomed = Loader(test, test.Client, new CrashingLake(test.Lake, "loads/", written));
        await doomed.TakeOverAsync(Token);

        await Should.ThrowAsync<IOException>(() => doomed.LoadAsync(claim, Refuse, Token));
        await FinishAsync(test, claim);

        await AssertAsync(test, 1);
    }

    [Fact]
    public async Task Warehouses_that_were_dropped_and_made_anew_load_the_lake_from_its_start()
    {
        await using var test = await BigQueryUnderTest.CreateAsync(servers, "anew");
        var warehouse = Loader(test, test.Client, test.Lake);
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

    private static BigQueryWarehouse Loader(BigQueryUnderTest test, HospitalStreaming.Warehouse.BigQuery.Rest.BigQueryClient client, ILake lake) =>
        new(client, test.Names, Visits, lake, TimeSpan.Zero);

    private static Task<LakeObject> ObjectAsync(LakeFill fill, int step) => fill.TableAsync(
        "visits",
        0,
        Messages.Visit(step == 0 ? "c" : "u", 1, 100 + step, cost: string.Create(CultureInfo.InvariantCulture, $"{step}.00")),
        Messages.Visit("c", 1_000 + step, 100 + step));

    // As another process would: it takes over, which finishes an open claim, and claims what is left.
    private static async Task FinishAsync(BigQueryUnderTest test, LoadClaim claim)
    {
        var next = Loader(test, test.Client, test.Lake);
        await next.TakeOverAsync(Token);
        var end = claim.Objects[^1].Manifest!.Next;
        if (((await next.StatusAsync(Token)).Positions.SingleOrDefault()?.Next ?? 0) < end)
        {
            await next.LoadAsync(claim, Refuse, Token);
        }

        (await next.StatusAsync(Token)).Positions.Single().ShouldSatisfyAllConditions(position => position.Next.ShouldBe(end), position => position.Rows.ShouldBe(end));
    }

    private static async Task AssertAsync(BigQueryUnderTest test, int loads)
    {
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Raw}.visits")).ShouldBe(2L * loads);
        (await test.ScalarAsync($"SELECT COUNT(DISTINCT `offset`) FROM {test.Names.Raw}.visits")).ShouldBe(2L * loads);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Current}.visits")).ShouldBe(1L + loads);
        (await test.ScalarAsync($"SELECT CAST(total_cost AS INT64) FROM {test.Names.Current}.visits WHERE visit_id = 1")).ShouldBe(loads - 1);
        (await test.ScalarAsync($"SELECT COUNT(*) FROM {test.Names.Line}.loaded_objects")).ShouldBe(loads);
        (await test.Sql.WaitForSignalAsync(SignalNames.CurrentOf("visits"), 0, TimeSpan.Zero, Token)).ShouldBe(loads);
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException("poison");
}
