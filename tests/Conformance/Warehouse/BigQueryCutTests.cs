using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Conformance.WarehouseSink.Support;
using HospitalStreaming.Tests.Support.Faults;
using HospitalStreaming.Tests.Support.Servers;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>
/// Seeded runs: loaders of BigQuery that are cut off at any change (K12 to K14), each followed by another, and loaders whose every seventh request is
/// refused, broken off or carried out without an answer (faults 31 to 33).
/// </summary>
[Collection(BigQueryUnderTest.Beside)]
[Trait("Kind", "Soak")]
public sealed class BigQueryCutTests
{
    private const int AtOnce = 2;
    private const int Loads = 3;
    private const int ObjectsALoad = 3;
    private const int MostAttempts = 5;

    /// <summary>Changes of a load of one table: two stages, their jobs, the transaction, two drops.</summary>
    private const int Changes = 7;

    private static readonly int?[] Statuses = [403, 429, 500, 503, null];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whichever_change_of_a_load_is_the_last_each_record_is_in_raw_once_and_current_is_the_last_change()
    {
        Lab.SkipWhenAbsent();
        await FaultReport.RunAsync(FaultKinds.LoaderBigQueryCut, AtOnce, CutAsync);
    }

    [Fact]
    public async Task Whatever_goes_wrong_on_the_way_each_record_is_in_raw_once_and_current_is_the_last_change()
    {
        Lab.SkipWhenAbsent();
        await FaultReport.RunAsync(FaultKinds.LoaderBigQueryFault, AtOnce, FaultAsync);
    }

    private static async Task CutAsync(int seed)
    {
        await using var test = await BigQueryUnderTest.CreateAsync($"cut{seed}");
        await using var proxy = new CuttingProxy(test.Address);
        using var client = BigQueryUnderTest.ClientOf(proxy.Address);
        await test.Loader(test.Client, test.Lake).EnsureAsync(Token);
        var random = new Random(seed);
        var history = new LoaderHistory(test.Lake, random);
        var cuts = 0;
        for (var load = 0; load < Loads; load++)
        {
            var objects = await history.AddAsync(ObjectsALoad);
            proxy.CutAt(int.MaxValue, false);
            var doomed = test.Loader(client, test.Lake);
            await doomed.TakeOverAsync(Token);
            proxy.CutAt(1 + random.Next(Changes), lose: random.Next(2) == 0);
            try
            {
                await LoadAsync(doomed, objects);
            }
            catch (WarehouseSqlException failure)
            {
                proxy.Cut.ShouldBeTrue($"seed {seed}: {failure.Message}");
            }

            cuts += proxy.Cut ? 1 : 0;

            // As another process would: it takes over, which finishes an open claim, and claims what is left.
            var next = test.Loader(test.Client, test.Lake);
            await next.TakeOverAsync(Token);
            await LoadAsync(next, objects);
        }

        await CompareAsync(test, history, FaultKinds.LoaderBigQueryCut, seed, cuts, 0);
    }

    private static async Task FaultAsync(int seed)
    {
        await using var test = await BigQueryUnderTest.CreateAsync($"fault{seed}");
        var random = new Random(seed);
        var one = new Lock();
        await using var proxy = new FaultProxy(test.Address, forward => new JobGuard(forward))
        {
            Choose = _ =>
            {
                lock (one)
                {
                    return random.Next(7) == 0
                        ? new Fault(Statuses[random.Next(Statuses.Length)], (FaultPlace)random.Next(3)) { Reason = "rateLimitExceeded" }
                        : null;
                }
            },
        };
        using var client = BigQueryUnderTest.ClientOf(proxy.Address);
        var history = new LoaderHistory(test.Lake, new Random(seed));
        for (var load = 0; load < Loads; load++)
        {
            var objects = await history.AddAsync(ObjectsALoad);
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    var loader = test.Loader(client, test.Lake);
                    await loader.EnsureAsync(Token);
                    await loader.TakeOverAsync(Token);
                    await LoadAsync(loader, objects);
                    break;
                }
                catch (WarehouseSqlException) when (attempt < MostAttempts)
                {
                    // Too many tries in a row went wrong: the client gives up, and its role begins anew.
                }
            }
        }

        await CompareAsync(test, history, FaultKinds.LoaderBigQueryFault, seed, 0, proxy.Fired);
    }

    private static async Task LoadAsync(BigQueryWarehouse loader, IReadOnlyList<LakeObject> objects)
    {
        var positions = (await loader.StatusAsync(Token)).Positions;
        LakeObject[] left = [.. objects.Where(item => positions.FirstOrDefault(position => position.Stream == item.Name.Stream) is not { } at || at.Next <= item.Name.StartOffset).OrderBy(item => item.Name)];
        if (left.Length > 0)
        {
            await loader.LoadAsync(new LoadClaim(left), Refuse, Token);
        }
    }

    private static async Task CompareAsync(BigQueryUnderTest test, LoaderHistory history, string kind, int seed, int kills, int faults)
    {
        var outcome = await history.CompareAsync(test.Sql, test.Names);
        FaultReport.Add(kind, seed, kills, faults, outcome.Records, outcome.Lost, outcome.Doubled);
        outcome.Different.ShouldBeEmpty();
        (outcome.Lost, outcome.Doubled).ShouldBe((0, 0));
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException("poison");
}
