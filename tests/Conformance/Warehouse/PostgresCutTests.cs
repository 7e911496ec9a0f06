using System.Globalization;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Support.Faults;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>
/// Seeded runs: loaders whose connection ends at any request of a load (K11 to K14 are one transaction here), each followed by another.
/// </summary>
[Collection(WarehouseCollection.Name)]
[Trait("Kind", "Soak")]
public sealed class PostgresCutTests(WarehouseServers servers)
{
    private const int AtOnce = 2;
    private const int Loads = 5;
    private const int Keys = 4;

    /// <summary>Requests of a small load; later ones are not reached, and such a load goes through.</summary>
    private const int Requests = 20;

    /// <summary>One is enough here, and each takes its time to make.</summary>
    private static readonly TableDescription[] Tables = [HospitalSchema.Visits];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whichever_request_of_a_load_is_the_last_each_record_is_in_raw_once_and_current_is_the_last_change()
    {
        await using var database = await TestDatabase.CreateAsync(servers, "warehouse_cuts");
        await FaultReport.RunAsync(FaultKinds.LoaderPostgresCut, AtOnce, seed => RunAsync(database, seed));
    }

    private static async Task RunAsync(TestDatabase database, int seed)
    {
        var random = new Random(seed);
        var names = new WarehouseNames(string.Create(CultureInfo.InvariantCulture, $"cut{seed}"));
        var folder = TestFolder.Create("warehouse-cuts");
        try
        {
            var lake = new FolderLake(folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));
            var fill = new LakeFill(lake);
            var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
            using var wire = new CuttingWire(server.Host!, server.Port);
            server.Port = wire.Port;
            server.Pooling = false;
            await using var doomed = NpgsqlDataSource.Create(server.ConnectionString);
            var (records, cuts, last) = (0, 0, new SortedDictionary<int, string>());
            await new PostgresWarehouse(database.Source, names, Tables, lake).EnsureAsync(Token);
            for (var load = 0; load < Loads; load++)
            {
                var claim = new LoadClaim([await ObjectAsync(), await ObjectAsync()]);
                wire.CutAt(int.MaxValue, false);
                var warehouse = new PostgresWarehouse(doomed, names, Tables, lake);
                await warehouse.EnsureAsync(Token);
                await warehouse.TakeOverAsync(Token);
                wire.CutAt(1 + random.Next(Requests), lose: random.Next(2) == 0);
                try
                {
                    await warehouse.LoadAsync(claim, Refuse, Token);
                }
                catch (Exception failure) when (failure is NpgsqlException or IOException)
                {
                    wire.Cut.ShouldBeTrue($"seed {seed}: {failure.Message}");
                }

                cuts += wire.Cut ? 1 : 0;
                await FinishAsync(claim);
            }

            var counted = (await database.TextAsync($"SELECT count(*), count(DISTINCT \"offset\") FROM {names.Raw}.visits")).Split(',').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToList();
            FaultReport.Add(FaultKinds.LoaderPostgresCut, seed, cuts, 0, records, records - counted[1], counted[0] - counted[1]);
            counted.ShouldBe([records, records], $"seed {seed}");
            (await database.TextAsync($"SELECT visit_id || CASE WHEN _deleted THEN ' gone' ELSE ' ' || total_cost END FROM {names.Current}.visits ORDER BY visit_id"))
                .ShouldBe(string.Join('\n', last.Values), $"seed {seed}");
            await database.RunAsync($"DROP SCHEMA {names.Raw}, {names.Current}, {names.Line} CASCADE");

            async Task<LakeObject> ObjectAsync()
            {
                var changes = new List<(string Key, string? Value)>();
                for (var i = 1 + random.Next(4); i > 0; i--)
                {
                    var (id, gone) = (1 + random.Next(Keys), random.Next(4) == 0);
                    last[id] = string.Create(CultureInfo.InvariantCulture, $"{id}{(gone ? " gone" : $" {records}.00")}");
                    changes.Add(Messages.Visit(gone ? "d" : "u", id, 100 + records, cost: string.Create(CultureInfo.InvariantCulture, $"{records}.00")));
                    records++;
                }

                return await fill.TableAsync("visits", 0, [.. changes]);
            }

            // As the next process does: it asks the books how far they are.
            async Task FinishAsync(LoadClaim claim)
            {
                var next = new PostgresWarehouse(database.Source, names, Tables, lake);
                await next.EnsureAsync(Token);
                await next.TakeOverAsync(Token);
                if (((await next.StatusAsync(Token)).Positions.SingleOrDefault()?.Next ?? 0) < claim.Objects[^1].Manifest!.Next)
                {
                    await next.LoadAsync(claim, Refuse, Token);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) => throw new InvalidOperationException("poison");
}
