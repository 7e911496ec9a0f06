using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Tests.Support.Recorded;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Merging;

/// <summary>What a real Debezium emitted, replayed: the rows must be the source's own, exactly.</summary>
public sealed class VectorReplayTests
{
    private static readonly TableDescription K = RecordedWorkload.LateCommit("k");

    public static TheoryData<string, string> LateCommits => new(RecordedWorkload.LateCommits);

    public static TheoryData<string, int> Tables => new(RecordedWorkload.Tables.SelectMany(table => new[] { 1, 7, 100_000 }.Select(size => (table.Name, size))));

    [Theory]
    [MemberData(nameof(LateCommits))]
    public void A_change_that_commits_after_the_snapshot_wins(string file, string truth)
    {
        foreach (var size in new[] { 1, 2, 100 })
        {
            Replay(file, "k", K, size).Text().ShouldBe(truth, $"batches of {size}");
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Replaying_a_recorded_workload_gives_the_tables_final_state(string name, int batchSize)
    {
        var table = RecordedWorkload.Tables.Single(item => item.Name == name);

        var actual = Replay("replay-1/messages.jsonl", name, table, batchSize).Text();

        actual.ShouldBe(RecordedWorkload.Final(table));
    }

    [Fact]
    public void Any_batching_redelivery_and_interleaving_of_partitions_gives_the_tables_final_state()
    {
        var recorded = RecordedWorkload.Tables.ToDictionary(table => table.Name, table => RecordedWorkload.Lines(table).ToList());
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var description = RecordedWorkload.Tables[random.Next(RecordedWorkload.Tables.Count)];
            var reader = new RecordReader(description);
            var table = new Table(description.Columns.Length);
            var batch = new List<RowChange>();
            foreach (var line in Interleaved(recorded[description.Name], random))
            {
                var bytes = new ArrayBufferWriter<byte>();
                LakeLineWriter.Write(bytes, line);
                var record = reader.Read(LakeLineReader.Read(bytes.WrittenMemory[..^1]), SourceEpochs.First);
                record.Poison.ShouldBeNull();
                if (record.Change is { } change)
                {
                    batch.Add(Printed(change));
                }

                if (random.Next(40) == 0)
                {
                    table.Apply(batch);
                    batch = [];
                }
            }

            table.Apply(batch);
            table.Text().ShouldBe(RecordedWorkload.Final(description), $"{description.Name}, seed {seed}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    // Each partition in its own order, with stretches of streamed records that come again, as after a connector's restart.
    private static List<LakeRecord> Interleaved(List<LakeRecord> recorded, Random random)
    {
        var partitions = new List<Queue<LakeRecord>>();
        foreach (var partition in recorded.GroupBy(line => line.Position.Partition).Select(group => group.ToList()))
        {
            partitions.Add(new Queue<LakeRecord>(RecordedWorkload.Redelivered(partition, random)));
        }

        var lines = new List<LakeRecord>();
        while (partitions.Count > 0)
        {
            var partition = partitions[random.Next(partitions.Count)];
            for (var stretch = random.Next(1, 50); stretch > 0 && partition.Count > 0; stretch--)
            {
                lines.Add(partition.Dequeue());
            }

            partitions.RemoveAll(queue => queue.Count == 0);
        }

        return lines;
    }

    private static RowChange Printed(RowChange change) =>
        change with { Values = change.Values?.Select(value => value is KeptValue ? value : RecordedWorkload.Print(value)).ToArray() };

    private static Table Replay(string file, string name, TableDescription description, int batchSize)
    {
        var reader = new RecordReader(description);
        var table = new Table(description.Columns.Length);
        var changes = new List<RowChange>();
        foreach (var line in RecordedLines.Read(file).Where(line => line.Position.Topic.EndsWith(".public." + name, StringComparison.Ordinal)))
        {
            var record = reader.Read(line, SourceEpochs.First);
            record.Poison.ShouldBeNull();
            if (record.Change is { } change)
            {
                changes.Add(Printed(change));
            }
        }

        foreach (var batch in changes.Chunk(batchSize))
        {
            table.Apply(batch);
        }

        return table;
    }
}
