using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>A loader into BigQuery's emulator through a proxy on which requests go wrong, behind a guard that keeps BigQuery's rules for jobs.</summary>
internal sealed class GuardedLine : IAsyncDisposable
{
    private const int RowsAnObject = 2;

    private readonly BigQueryUnderTest _test;
    private readonly BigQueryClient _client;
    private readonly LakeFill _fill;
    private BigQueryWarehouse _loader;

    private GuardedLine(BigQueryUnderTest test)
    {
        JobGuard? guard = null;
        _test = test;
        Proxy = new FaultProxy(test.Address, forward => guard = new JobGuard(forward));
        Guard = guard!;
        _client = BigQueryUnderTest.ClientOf(Proxy.Address);
        _fill = new LakeFill(test.Lake);
        _loader = test.Loader(_client, test.Lake);
    }

    public FaultProxy Proxy { get; }

    public JobGuard Guard { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<GuardedLine> StartAsync(string name)
    {
        var line = new GuardedLine(await BigQueryUnderTest.CreateAsync(name));
        await line._loader.EnsureAsync(Token);
        await line._loader.TakeOverAsync(Token);
        return line;
    }

    /// <summary>New objects of two visits each.</summary>
    public async Task<LoadClaim> ClaimAsync(int step, int objects = 1)
    {
        var items = new List<LakeObject>();
        for (var i = 0; i < objects; i++)
        {
            var id = 1 + (RowsAnObject * ((step * objects) + i));
            items.Add(await _fill.TableAsync("visits", 0, Messages.Visit("c", id, 100 + id), Messages.Visit("c", id + 1, 100 + id)));
        }

        return new LoadClaim(items);
    }

    public Task LoadAsync(LoadClaim claim) => _loader.LoadAsync(claim, Refuse, Token);

    /// <summary>Another loader takes over, which finishes what is claimed.</summary>
    public Task TakeOverAsync()
    {
        _loader = _test.Loader(_client, _test.Lake);
        return _loader.TakeOverAsync(Token);
    }

    /// <summary>Every record of that many objects is in raw and in current once, and nothing else is.</summary>
    public async Task ShouldHoldAsync(int objects)
    {
        var found = await _test.Sql.QueryAsync(
            $"""
            SELECT (SELECT COUNT(*) FROM {_test.Names.Raw}.visits), (SELECT COUNT(DISTINCT `offset`) FROM {_test.Names.Raw}.visits),
              (SELECT COUNT(*) FROM {_test.Names.Current}.visits), (SELECT COUNT(*) FROM {_test.Names.Line}.loaded_objects)
            """,
            new Dictionary<string, object?>(),
            Token);
        long rows = RowsAnObject * objects;
        found.Rows.Single().ShouldBe([rows, rows, rows, (long)objects]);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Proxy.DisposeAsync();
        await _test.DisposeAsync();
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException("poison");
}
