using System.Globalization;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;

namespace HospitalStreaming.Tests.Support.Recorded;

/// <summary>tests/Vectors/replay-1: what Debezium emitted for a workload, and the tables as they were at its end.</summary>
internal static class RecordedWorkload
{
    private const PrivacyClass Any = PrivacyClass.Operational;

    private const string Null = "\\N";

    /// <summary>Its tables. A timestamp without zone arrives as microseconds; read as UTC it prints as the source does.</summary>
    public static IReadOnlyList<TableDescription> Tables { get; } =
    [
        Describe("doctors", "doctor_id:k name:t specialization:t experience_years:i contact_info:t"),
        Describe("medicines", "medicine_id:k name:t category:t manufacturer:t price:n"),
        Describe("patients", "patient_id:k full_name:t date_of_birth:d gender:t blood_type:t contact_info:t insurance_id:t"),
        Describe("visits", "visit_id:k patient_id:i doctor_id:i visit_date:z diagnosis:t total_cost:n"),
        Describe("billing_payments", "billing_id:k patient_id:i visit_id:i billing_date:d total_amount:n payment_status:t"),
        Describe("prescriptions", "prescription_id:k patient_id:i doctor_id:i medicine_id:i dosage:t duration:t"),
    ];

    /// <summary>The table of tests/Vectors/late-commit under another name: a transaction wrote before the snapshot point and committed after it.</summary>
    public static TableDescription LateCommit(string name) => Describe(name, "id:k v:t");

    /// <summary>The recordings of it, and what the source's table held at the end.</summary>
    public static IReadOnlyList<(string File, string Final)> LateCommits { get; } =
        [("late-commit/initial.jsonl", "1,new\n2,old\n3,old"), ("late-commit/incremental.jsonl", "1,new\n2,mid\n3,old\n9,end")];

    /// <summary>The table's messages, each partition in its own order.</summary>
    public static IEnumerable<LakeRecord> Lines(TableDescription table) => RecordedLines.Read("replay-1/messages.jsonl")
        .Where(line => line.Position.Topic.EndsWith(".public." + table.Name, StringComparison.Ordinal));

    /// <summary>One partition as a restarting connector would have delivered it: stretches of streamed records come again. Offsets are new.</summary>
    public static IReadOnlyList<LakeRecord> Redelivered(IReadOnlyList<LakeRecord> partition, Random random)
    {
        var delivered = new List<LakeRecord>();
        for (var i = 0; i < partition.Count; i++)
        {
            delivered.Add(partition[i]);
            if (random.Next(30) == 0)
            {
                delivered.AddRange(partition.Take(i + 1).Skip(i - random.Next(25)).Where(line => !IsSnapshot(line)));
            }
        }

        return [.. delivered.Select((line, offset) => line with { Position = line.Position with { Offset = offset } })];
    }

    /// <summary>
    /// The table at the end, a line a row in key order. The column added half-way has a default, which fills old rows without any change in the
    /// log: it is left out.
    /// </summary>
    public static string Final(TableDescription table)
    {
        var rows = Csv.Rows(File.ReadAllText(Path.Combine(VectorFolder.Path, "replay-1", $"final.{table.Name}.csv"))).ToList();
        var places = table.Columns.Select(column => (At: rows[0].IndexOf(column.Name), column.Kind)).ToArray();
        return Text(rows.Skip(1).Select(row => places.Select(place =>
            place.Kind == ColumnKind.Numeric && row[place.At] != Null ? decimal.Parse(row[place.At], CultureInfo.InvariantCulture) : (object?)row[place.At])));
    }

    /// <summary>Rows in the form of <see cref="Final"/>.</summary>
    public static string Text(IEnumerable<IEnumerable<object?>> rows) => string.Join('\n', rows.Select(row => string.Join(',', row.Select(Print))));

    /// <summary>A value in the form of <see cref="Final"/>; a decimal's scale is left out, as not every warehouse keeps it.</summary>
    public static string Print(object? value) => value switch
    {
        null => Null,
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        decimal number => number.ToString("0.############################", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static bool IsSnapshot(LakeRecord line) =>
        line.Value is { } value && ChangeEnvelopeReader.Read(line.Key, value) is { Kind: ChangeKind.Change, FromSnapshot: true };

    private static TableDescription Describe(string name, string columns)
    {
        var list = columns.Split(' ').Select(column => column.Split(':')).Select(part => new ColumnDescription(part[0], Kind(part[1]), Any, "")).ToArray();
        return new TableDescription(name, [list[0].Name], null, "replay-1", [.. list]);
    }

    private static ColumnKind Kind(string letter) => letter switch
    {
        "k" => ColumnKind.Int64,
        "i" => ColumnKind.Int32,
        "n" => ColumnKind.Numeric,
        "d" => ColumnKind.Date,
        "z" => ColumnKind.TimestampTz,
        _ => ColumnKind.Text,
    };
}
