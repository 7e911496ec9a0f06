using System.Text;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Tests.Support.Recorded;
using HospitalStreaming.Warehouse.Loading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Warehouse;

/// <summary>
/// What a real Debezium emitted for a workload, through lake objects and the loader: the warehouse's rows must be the source's own, exactly, under any
/// cut into objects, any claims, redeliveries, any interleaving of partitions and tables, and whenever another loader takes over.
/// </summary>
public abstract class RecordedWorkloadSuite
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected async Task ReplayAsync(IWarehouseUnderTest test, IReadOnlyList<TableDescription> tables, int seed, int largestObject)
    {
        var random = new Random(seed);
        var chains = new List<Queue<LakeObject>>();
        var fill = new LakeFill(test.Lake);
        foreach (var table in tables)
        {
            foreach (var partition in RecordedWorkload.Lines(table).GroupBy(line => line.Position.Partition))
            {
                chains.Add(await CutAsync(fill, table, partition.Key, RecordedWorkload.Redelivered([.. partition], random), random, largestObject));
            }
        }

        var warehouse = await LoaderAsync(test, tables);
        while (chains.Count > 0)
        {
            await warehouse.LoadAsync(new LoadClaim(Draw(chains, random)), Refuse, Token);
            if (random.Next(10) == 0)
            {
                warehouse = await LoaderAsync(test, tables);
            }
        }

        foreach (var table in tables)
        {
            (await RowsAsync(test, table)).ShouldBe(RecordedWorkload.Final(table), $"{table.Name}, seed {seed}");
        }
    }

    /// <summary>The streamed change wins over the snapshot's row, although its LSN is lower.</summary>
    private protected static async Task LateCommitsAsync(IWarehouseUnderTest test)
    {
        var tables = RecordedWorkload.LateCommits.Select((_, i) => RecordedWorkload.LateCommit($"late_{i}")).ToList();
        var fill = new LakeFill(test.Lake);
        var warehouse = await LoaderAsync(test, tables);
        foreach (var (table, (file, final)) in tables.Zip(RecordedWorkload.LateCommits))
        {
            foreach (var line in RecordedLines.Read(file).Where(line => line.Position.Topic.EndsWith(".public.k", StringComparison.Ordinal)))
            {
                var item = await fill.ObjectAsync(TopicNames.ChangesOf(table.Name), line.Position.Partition, (line.Key?.ToArray(), line.Value?.ToArray(), OldKey(line)));
                await warehouse.LoadAsync(new LoadClaim([item]), Refuse, Token);
            }

            (await RowsAsync(test, table)).ShouldBe(final, file);
        }
    }

    private static async Task<string> RowsAsync(IWarehouseUnderTest test, TableDescription table)
    {
        var columns = string.Join(", ", table.Columns.Select(column => column.Name));
        var rows = await test.Sql.QueryAsync(
            $"SELECT {columns} FROM {test.Names.Current}.{table.Name} WHERE NOT _deleted ORDER BY {table.KeyColumn}", new Dictionary<string, object?>(), Token);
        return RecordedWorkload.Text(rows.Rows);
    }

    private static async Task<IWarehouse> LoaderAsync(IWarehouseUnderTest test, IReadOnlyList<TableDescription> tables)
    {
        var warehouse = test.OpenFor(tables);
        await warehouse.EnsureAsync(Token);
        await warehouse.TakeOverAsync(Token);
        return warehouse;
    }

    private static async Task<Queue<LakeObject>> CutAsync(
        LakeFill fill, TableDescription table, int partition, IReadOnlyList<LakeRecord> records, Random random, int largest)
    {
        var chain = new Queue<LakeObject>();
        for (var at = 0; at < records.Count; at += (int)chain.Last().Manifest!.Rows)
        {
            var some = records.Skip(at).Take(random.Next(1, largest + 1)).Select(line => (line.Key?.ToArray(), line.Value?.ToArray(), OldKey(line))).ToArray();
            chain.Enqueue(await fill.ObjectAsync(TopicNames.ChangesOf(table.Name), partition, some));
        }

        return chain;
    }

    // The next objects of some chains, as many as it happens.
    private static List<LakeObject> Draw(List<Queue<LakeObject>> chains, Random random)
    {
        var claim = new List<LakeObject>();
        foreach (var chain in chains.OrderBy(_ => random.Next()).Take(random.Next(1, chains.Count + 1)))
        {
            for (var count = random.Next(1, 4); count > 0 && chain.Count > 0; count--)
            {
                claim.Add(chain.Dequeue());
            }
        }

        chains.RemoveAll(chain => chain.Count == 0);
        return claim;
    }

    private static string? OldKey(LakeRecord line) =>
        line.Headers.FirstOrDefault(header => header.Key == ChangeFields.OldKeyHeader).Value is { } key ? Encoding.UTF8.GetString(key) : null;

    private static Task Refuse(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation) =>
        throw new InvalidOperationException($"set aside: {records[0].Reason}");
}
