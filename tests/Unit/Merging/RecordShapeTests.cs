using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Tests.Support.Recorded;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Merging;

/// <summary>A reader that knows the shapes of messages reads every record as one does that parses it.</summary>
public sealed class RecordShapeTests
{
    private const PrivacyClass Any = PrivacyClass.Operational;

    private static readonly TableDescription Stays = new("stays", ["id"], null, "test", [
        new("id", ColumnKind.Int32, Any, string.Empty), new("at", ColumnKind.TimestampTz, Any, string.Empty), new("day", ColumnKind.Date, Any, string.Empty),
        new("cost", ColumnKind.Numeric, Any, string.Empty), new("open", ColumnKind.Boolean, Any, string.Empty), new("note", ColumnKind.Text, Any, string.Empty),
        new("n", ColumnKind.Int64, Any, string.Empty)]);

    private static readonly TableDescription[] Tables =
        [Stays, Stays with { Key = [] }, Stays with { Key = ["id", "note"], Columns = [.. Stays.Columns.Select(Described)] }];

    private static readonly string[] Scalars =
    [
        "null", "true", "0", "-0", "7", "+7", "007", "-1", "1e3", "1.5", "2147483648", "9223372036854775808", "18446744073709551615", "20513", "2932897", "-719163",
        "1772352000123456", "\"\"", "\"7\"", "\"1.50\"", "\"1e-10\"", "\"-12345678901234567890.5\"", "\"NaN\"", "\"__debezium_unavailable_value\"", "\"a\\nb\"", "\"a\\u0000b\"",
        "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"é\"", "\"2026-03-01T08:00:00Z\"", "\"2026-03-01T08:00:00.1234567Z\"", "\"2026-03-01T08:00:00.Z\"", "\"2026-02-30T08:00:00Z\"",
        "\"2026-03-01T24:00:00Z\"", "\"2026-03-01T08:00:00+01:00\"", "\"0000-03-01T08:00:00Z\"", "\"701:90\"", "\"702:\"", "\"702:9x\"", "\"4294967296:9\"", "{}", "[1]",
        "{\"scale\":2,\"value\":\"AQ==\"}", "\"c\"", "\"u\"", "\"d\"", "\"first\"",
    ];

    [Fact]
    public void Recorded_messages_are_read_as_they_are_parsed()
    {
        foreach (var table in RecordedWorkload.Tables)
        {
            var reader = new RecordReader(table);
            foreach (var line in RecordedWorkload.Lines(table))
            {
                Told(reader.Read(line, 3)).ShouldBe(Told(new RecordReader(table).Read(line, 3)));
            }
        }
    }

    [Fact]
    public void Messages_with_anything_changed_in_them_are_read_as_they_are_parsed() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var table = Tables[random.Next(Tables.Length)];
            var reader = new RecordReader(table);
            for (var i = 0; i < 200; i++)
            {
                var usual = table.Key.Length == 2 ? $"{{\"id\":{i},\"note\":\"calm\"}}" : null;
                var line = Line(i, random.Next(40) == 0 ? Key(random.Next(3), random) : usual, Message(i, random.Next(3) == 0 ? random : null));
                Told(reader.Read(line, 3)).ShouldBe(Told(new RecordReader(table).Read(line, 3)), $"seed {seed}: {Encoding.Latin1.GetString(line.Value!.Value.Span)}");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Values_that_do_not_vary_are_read_once()
    {
        var reader = new RecordReader(Stays);
        var notes = Enumerable.Range(0, 20).Select(i => 3 * i).Select(row => reader.Read(Line(row, null, Message(row, null)), 3).Change!.Value.Values![5]).ToList();

        notes.ShouldAllBe(note => Equals(note, "calm"));
        notes.Skip(1).Distinct(ReferenceEqualityComparer.Instance).Count().ShouldBe(1, "what was read by a shape has the shape's own value");
    }

    private static LakeRecord Line(int row, string? key, byte[] value) => new(
        new LogPosition("t", 1, row), 5, Encoding.UTF8.GetBytes(key ?? string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{row}}}")), value, []);

    private static ColumnDescription Described(ColumnDescription column) => column with
    {
        Kind = ColumnKind.Source,
        Type = SourceType.Parse(column.Kind switch
        {
            ColumnKind.Int32 => "integer",
            ColumnKind.TimestampTz => "timestamp with time zone",
            ColumnKind.Date => "date",
            ColumnKind.Numeric => "numeric",
            ColumnKind.Boolean => "boolean",
            ColumnKind.Int64 => "bigint",
            _ => "text",
        }),
    };

    private static string Key(int kind, Random random) => kind switch
    {
        0 => $"{{\"id\":{Scalars[random.Next(Scalars.Length)]}}}",
        1 => "{\"id\": 5 }",
        _ => "{\"id\":5,\"more\":1}",
    };

    // With a source of chance, something in it is not as usual: a scalar, a name or single bytes.
    private static byte[] Message(int row, Random? random)
    {
        string Of(string usual) => random?.Next(20) == 0 ? Scalars[random.Next(Scalars.Length)] : usual;
        string Number(long number) => Of(number.ToString(CultureInfo.InvariantCulture));
        var id = row.ToString(CultureInfo.InvariantCulture);
        var fields = new[]
        {
            $"\"id\":{Number(row)}", $"\"at\":{Of($"\"2026-03-01T08:00:{row % 60:00}.{row}Z\"")}", $"\"day\":{Number(20_000 + row)}", $"\"cost\":{Of($"\"{row}.50\"")}",
            $"\"open\":{Of(row % 2 == 0 ? "true" : "false")}", $"\"note\":{Of("\"calm\"")}", $"\"n\":{Number(row * 5_000_000_000)}",
        };
        if (random?.Next(20) == 0)
        {
            fields[random.Next(fields.Length)] = fields[random.Next(fields.Length)];
        }

        var text = $"{{\"before\":{(row % 3 == 0 ? "null" : $"{{\"id\":{id}}}")},\"after\":{{{string.Join(',', fields)}}},\"source\":{{\"ts_ms\":{Number(5 + row)},\"snapshot\":{Of("\"false\"")},"
            + $"\"sequence\":{Of($"\"[null,\\\"{row}\\\"]\"")},\"ts_us\":{Number(5_000 + row)},\"table\":\"stays\",\"txId\":{Number(700 + row)},\"lsn\":{Number(90 + row)}}},"
            + $"\"transaction\":{{\"id\":{Of($"\"{700 + row}:{90 + row}\"")},\"total_order\":1,\"data_collection_order\":{Number(1 + row)}}},\"op\":{Of("\"u\"")},\"ts_ms\":{Number(9)}}}";
        var bytes = Encoding.UTF8.GetBytes(text);
        if (random?.Next(6) == 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    private static string Told(in ReadRecord record)
    {
        static string Bytes(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Encoding.Latin1.GetString(some.Span) : "none";
        var change = record.Change;
        var values = change?.Values is { } row ? string.Join('|', row.Select(value => $"{value?.GetType().Name} {Convert.ToString(value, CultureInfo.InvariantCulture)} {(value as DateTimeOffset?)?.UtcTicks}")) : "none";
        return $"{record with { Change = null, Key = null, Before = null, After = null, OldKey = null }} {Bytes(record.Key)} {Bytes(record.Before)} {Bytes(record.After)} "
            + $"{(change is { } some ? some with { Values = null } : default)} {values}";
    }
}
