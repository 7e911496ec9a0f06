using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

[Collection(BigQueryUnderTest.Beside)]
public sealed class BigQueryTransactionTests : TransactionSuite, IAsyncDisposable
{
    private CuttingProxy? _proxy;
    private BigQueryClient? _client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static IReadOnlyList<TableDescription> Transferred { get; } = BigQueryUnderTest.Tables;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_loader_that_dies_at_any_change_in_BigQuery_while_transactions_are_open_leaves_whole_ones(bool lose)
    {
        await using var test = await CreateAsync(lose ? "txlost" : "txcut");
        var fill = new LakeFill(test.Lake);
        await OpenTransferred(test).EnsureAsync(Token);
        await (await StartTransferredAsync(test)).LoadAsync(new LoadClaim(await StepAsync(fill, 0)), Aside, Token);
        (await TransferAsync(test)).ShouldBe(string.Empty);

        // Every third change, by which the two cases look at different ones: a step takes the emulator half a minute.
        var (steps, at) = (1, lose ? 2 : 1);
        for (var cut = true; cut; steps++, at += 3)
        {
            var doomed = await StartTransferredAsync(test);
            var claim = new LoadClaim([.. (await StepAsync(fill, steps)).OrderBy(item => item.Name)]);
            _proxy!.CutAt(at, lose);
            try
            {
                await doomed.LoadAsync(claim, Aside, Token);
            }
            catch (WarehouseSqlException)
            {
                _proxy.Cut.ShouldBeTrue();
            }

            cut = _proxy.Cut;
            _proxy.CutAt(int.MaxValue, lose);
            (await TransferAsync(test)).ShouldBeOneOf(Whole(steps - 1), Whole(steps));
            var next = await StartTransferredAsync(test);
            (await TransferAsync(test)).ShouldBeOneOf(Whole(steps - 1), Whole(steps));
            await LoadRestAsync(next, claim);
            (await TransferAsync(test)).ShouldBe(Whole(steps));
        }

        at.ShouldBeGreaterThan(10, "stages and jobs of two tables, the transaction, drops; and one load that was let through");
        (await TextAsync(test, $"SELECT COUNT(*), COUNT(DISTINCT `offset`) FROM {test.Names.Raw}.visits")).ShouldBe(string.Create(CultureInfo.InvariantCulture, $"{steps} {steps}"));
        (await TextAsync(test, $"SELECT COUNT(*) FROM {test.Names.Line}.load_jobs WHERE counted NOT IN ('visits', 'visits.rows', 'doctors', 'doctors.rows')")).ShouldBe("0");
    }

    [Fact]
    public async Task Of_two_loaders_only_the_one_that_took_over_lets_anything_into_current()
    {
        await using var test = await CreateAsync("txfence");
        var fill = new LakeFill(test.Lake);
        var old = await StartAsync(test);
        await LoadAsync(old, await fill.TableAsync("visits", 0, InTransaction.Of(700, 1, Messages.Visit("c", 1, 20, txId: 700))));
        var end = await InTransaction.EndAsync(fill, 700, 30, ("visits", 1));
        var next = Open(test);
        await next.TakeOverAsync(Token);

        await Should.ThrowAsync<LoadFencedException>(() => LoadAsync(old, end));
        (await VisitsAsync(test)).ShouldBe(string.Empty);
        await LoadAsync(next, end);

        (await VisitsAsync(test)).ShouldBe("1 12.50 20");
        (await TextAsync(test, $"SELECT counted, COUNT(*) FROM {test.Names.Line}.load_jobs GROUP BY 1 ORDER BY 1"))
            .ShouldBe("visits 1\nvisits.rows 1", "the transaction topic takes no load job");
    }

    // Fewer loads: the emulator takes seconds for each.
    protected override int MostRecordsAnObject => 16;

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }
    }

    protected override async Task<IWarehouseUnderTest> CreateAsync(string name)
    {
        var test = await BigQueryUnderTest.CreateAsync(name);
        _proxy = new CuttingProxy(test.Address);
        _client = BigQueryUnderTest.ClientOf(_proxy.Address);
        return test;
    }

    protected override IWarehouse Open(IWarehouseUnderTest test, TimeSpan? patience = null) =>
        new BigQueryWarehouse(_client!, test.Names, Tables, test.Lake, TimeSpan.Zero, patience ?? Patient);

    protected override IWarehouseReader Reader(IWarehouseUnderTest test) => new BigQueryWarehouseReader(((BigQueryUnderTest)test).Client, test.Names);

    protected override async Task FailAsync(IWarehouseUnderTest test, IWarehouse warehouse, LoadClaim claim, Random random)
    {
        _proxy!.CutAt(random.Next(1, 10), lose: random.Next(2) == 0);
        try
        {
            await warehouse.LoadAsync(claim, Aside, Token);
        }
        catch (WarehouseSqlException)
        {
            _proxy.Cut.ShouldBeTrue();
        }

        _proxy.CutAt(int.MaxValue, lose: false);

        // As the worker does after any failure: the loader takes over from itself.
        await warehouse.TakeOverAsync(Token);
    }

    private async Task<IWarehouse> StartTransferredAsync(IWarehouseUnderTest test)
    {
        var warehouse = OpenTransferred(test);
        await warehouse.TakeOverAsync(Token);
        return warehouse;
    }

    private BigQueryWarehouse OpenTransferred(IWarehouseUnderTest test) => new(_client!, test.Names, Transferred, test.Lake, TimeSpan.Zero, Patient);

    // What a transaction wrote to one table, a load before its END and what it wrote to the other one.
    private static async Task<LakeObject[]> StepAsync(LakeFill fill, int step)
    {
        var id = 700 + (uint)step;
        var visit = await fill.TableAsync(
            "visits", 0, InTransaction.Of(id + 1, 1, Messages.Visit(step == 0 ? "c" : "u", 1, At(step) + 11, cost: string.Create(CultureInfo.InvariantCulture, $"{step + 1}.00"), txId: id + 1)));
        return step == 0
            ? [visit]
            :
            [
                visit,
                await fill.TableAsync("doctors", 0, InTransaction.Of(id, 1, Messages.Doctor(step == 1 ? "c" : "u", 1, At(step) + 5, string.Create(CultureInfo.InvariantCulture, $"Dr {step}"), id))),
                await InTransaction.EndAsync(fill, id, (ulong)At(step) + 9, ("visits", 1), ("doctors", 1)),
            ];
    }

    private static int At(int step) => 100 * (step + 1);

    private static string Whole(int step) => step == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"{step}.00 Dr {step}");

    private static Task<string> TransferAsync(IWarehouseUnderTest test) => TextAsync(
        test, $"SELECT v.total_cost, d.name FROM {test.Names.Current}.visits v FULL JOIN {test.Names.Current}.doctors d ON v.visit_id = d.doctor_id");
}
