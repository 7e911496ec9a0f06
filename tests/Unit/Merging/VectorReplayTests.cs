using System.Buffers;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Tests.Unit.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Merging;

/// <summary>What a real Debezium emitted, replayed: the rows must be the source's own, exactly.</summary>
public sealed class VectorReplayTests
{
    private const PrivacyClass Any = PrivacyClass.Operational;

    private static readonly TableDescription K = new("k", "id", null, "late-commit", [new("id", ColumnKind.Int32, Any, ""), new("v", ColumnKind.Text, Any, "")]);

    // A timestamp without zone arrives as microseconds; read as UTC it prints as the source does.
    private static readonly TableDescription[] Replayed =
    [
        Describe("doctors", "doctor_id:i name:t specialization:t experience_years:i contact_info:t"),
        Describe("medicines", "medicine_id:i name:t category:t manufacturer:t price:n"),
        Describe("patients", "patient_id:i full_name:t date_of_birth:d gender:t blood_type:t contact_info:t insurance_id:t"),
        Describe("visits", "visit_id:i patient_id:i doctor_id:i visit_date:z diagnosis:t total_cost:n"),
        Describe("billing_payments", "billing_id:i patient_id:i visit_id:i billing_date:d total_amount:n payment_status:t"),
        Describe("prescriptions", "prescription_id:i patient_id:i doctor_id:i medicine_id:i dosage:t duration:t"),
    ];

    public static TheoryData<string, int> Tables => new(Replayed.SelectMany(table => new[] { 1, 7, 100_000 }.Select(size => (table.Name, size))));

    [Theory]
    [InlineData("late-commit/initial.jsonl", "1,new\n2,old\n3,old")]
    [InlineData("late-commit/incremental.jsonl", "1,new\n2,mid\n3,old\n9,end")]
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
        var table = Replayed.Single(item => item.Name == name);

        var actual = Replay("replay-1/messages.jsonl", name, table, batchSize).Text();

        actual.ShouldBe(Final(table));
    }

    [Fact]
    public void Any_batching_redelivery_and_interleaving_of_partitions_gives_the_tables_final_state()
    {
        var recorded = Replayed.ToDictionary(table => table.Name, table => RecordedLines.Read("replay-1/messages.jsonl")
            .Where(line => line.Position.Topic.EndsWith(".public." + table.Name, StringComparison.Ordinal)).ToList());
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var description = Replayed[random.Next(Replayed.Length)];
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
            table.Text().ShouldBe(Final(description), $"{description.Name}, seed {seed}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    // Each partition in its own order, with stretches of streamed records that come again, as after a connector's restart.
    private static List<LakeRecord> Interleaved(List<LakeRecord> recorded, Random random)
    {
        var partitions = new List<Queue<LakeRecord>>();
        foreach (var partition in recorded.GroupBy(line => line.Position.Partition).Select(group => group.ToList()))
        {
            var delivered = new List<LakeRecord>();
            for (var i = 0; i < partition.Count; i++)
            {
                delivered.Add(partition[i]);
                if (random.Next(30) == 0)
                {
                    delivered.AddRange(partition[Math.Max(0, i - random.Next(25))..(i + 1)].Where(line => !IsSnapshot(line)));
                }
            }

            partitions.Add(new Queue<LakeRecord>(delivered.Select((line, offset) => line with { Position = line.Position with { Offset = offset } })));
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

    private static bool IsSnapshot(LakeRecord line) =>
        line.Value is { } value && ChangeEnvelopeReader.Read(line.Key, value) is { Kind: ChangeKind.Change, FromSnapshot: true };

    private static RowChange Printed(RowChange change) =>
        change with { Values = change.Values?.Select(value => value is KeptValue ? value : Print(value)).ToArray() };

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

    private static object? Print(object? value) => value switch
    {
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        null => "\\N",
        _ => value,
    };

    // The column added half-way has a default, which fills old rows without any change in the log: it is left out of the comparison.
    private static string Final(TableDescription table)
    {
        var rows = Csv(File.ReadAllText(Path.Combine(Vectors.Folder, "replay-1", $"final.{table.Name}.csv"))).ToList();
        var places = table.Columns.Select(column => rows[0].IndexOf(column.Name)).ToArray();
        return string.Join('\n', rows.Skip(1).Select(row => string.Join(",", places.Select(place => row[place]))));
    }

    private static IEnumerable<List<string>> Csv(string text)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when quoted && i + 1 < text.Length && text[i + 1] == '"':
                    field.Append(text[++i]);
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    row.Add(field.ToString());
                    field.Clear();
                    break;
                case '\n' when !quoted:
                    row.Add(field.ToString());
                    field.Clear();
                    yield return row;
                    row = [];
                    break;
                default:
                    field.Append(text[i]);
                    break;
            }
        }
    }

    private static TableDescription Describe(string name, string columns)
    {
        var list = columns.Split(' ').Select(column => column.Split(':')).Select(part => new ColumnDescription(part[0], Kind(part[1]), Any, "")).ToArray();
        return new TableDescription(name, list[0].Name, null, "replay-1", [.. list]);
    }

    private static ColumnKind Kind(string letter) => letter switch
    {
        "i" => ColumnKind.Int32,
        "n" => ColumnKind.Numeric,
        "d" => ColumnKind.Date,
        "z" => ColumnKind.TimestampTz,
        _ => ColumnKind.Text,
    };
}
