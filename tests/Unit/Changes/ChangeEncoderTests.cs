using System.Text;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Changes;

public sealed class ChangeEncoderTests
{
    private const string Source =
        "\"source\":" + """{"version":"v","connector":"postgresql","name":"pre","ts_ms":1795230797845,"snapshot":"false","db":"db","sequence":"[\"100\",\"120\"]","ts_us":1795230797845181,"ts_ns":1795230797845181000,"schema":"public","table":"beds","txId":772,"lsn":120,"xmin":null}""";

    private const string Times = ""","ts_ms":1795230798039,"ts_us":1795230798039344,"ts_ns":1795230798039344100}""";

    private static readonly ChangePosition Position = new(new Lsn(120), new Lsn(100), 772, 1_795_230_797_845_181);
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddTicks(17_952_307_980_393_441);

    private readonly TableEncoder _beds = new(
        new CapturedTable("public", "beds",
        [
            new("id", new PostgresType(PostgresKind.Integer), IsKey: true),
            new("note", new PostgresType(PostgresKind.Text), IsKey: false),
        ]),
        ValueModes.Line);

    private readonly ChangeEncoder _encoder = new(new EnvelopeIdentity("v", "pre", "db"));
    private readonly List<EncodedChange> _output = [];

    [Fact]
    public void An_insert_is_the_whole_envelope()
    {
        _encoder.Insert(_beds, Row("1", null), Position, Now, _output);
        Shown().ShouldBe(["{\"id\":1} {\"before\":null,\"after\":{\"id\":1,\"note\":null}," + Source + ",\"transaction\":null,\"op\":\"c\"" + Times]);
    }

    [Fact]
    public void The_start_of_a_stream_has_no_commit_before_it_and_a_snapshot_row_its_marker()
    {
        _encoder.Insert(_beds, Row("1", "x"), Position with { LastCommit = null, Snapshot = SnapshotMarker.FirstInTable, TransactionId = null }, Now, _output);
        var value = Shown()[0];
        value.ShouldContain("\"snapshot\":\"first_in_data_collection\"");
        value.ShouldContain("\"sequence\":\"[null,\\\"120\\\"]\"");
        value.ShouldContain("\"txId\":null");
        value.ShouldContain("\"op\":\"r\"");
    }

    [Fact]
    public void A_changed_key_is_delete_tombstone_and_create_with_headers()
    {
        _encoder.Update(_beds, Row("1", null), oldIsKeyOnly: true, Row("2", "x"), Position, Now, _output);
        _output.Select(change => (change.HeaderName, Header: Encoding.UTF8.GetString(change.HeaderValue!))).ShouldBe(
            [(ChangeFields.NewKeyHeader, "{\"id\":2}"), (ChangeFields.NewKeyHeader, "{\"id\":2}"), (ChangeFields.OldKeyHeader, "{\"id\":1}")]);
        var shown = Shown();
        shown[0].ShouldStartWith("{\"id\":1} {\"before\":{\"id\":1,\"note\":null},\"after\":null,");
        shown[1].ShouldBe("{\"id\":1} null");
        shown[2].ShouldStartWith("{\"id\":2} {\"before\":null,\"after\":{\"id\":2,\"note\":\"x\"},");
        _output.Select(change => ChangeEnvelopeReader.Read(change.Key, change.Value).Operation).ShouldBe([ChangeOperation.Delete, ChangeOperation.None, ChangeOperation.Create]);
    }

    [Fact]
    public void A_key_that_is_sent_as_it_was_has_not_changed_however_its_text_differs()
    {
        var doses = new TableEncoder(
            new CapturedTable("public", "doses", [new("amount", new PostgresType(PostgresKind.Numeric), IsKey: true), new("note", new PostgresType(PostgresKind.Text), IsKey: false)]),
            ValueModes.Line with { Decimals = DecimalHandlingMode.Double });
        _encoder.Update(doses, Row("1.0", null), oldIsKeyOnly: true, Row("1.00", "x"), Position, Now, _output);
        var change = Shown().ShouldHaveSingleItem();
        change.ShouldStartWith("{\"amount\":1.0} ");
        change.ShouldContain("\"op\":\"u\"");
    }

    [Fact]
    public void A_full_old_row_fills_in_untouched_values_and_is_shown_before()
    {
        _encoder.Update(_beds, Row("1", "old"), oldIsKeyOnly: false, Row("1", "u!"), Position, Now, _output);
        Shown().Single().ShouldStartWith("{\"id\":1} {\"before\":{\"id\":1,\"note\":\"old\"},\"after\":{\"id\":1,\"note\":\"old\"},");
    }

    [Fact]
    public void An_untouched_value_that_nobody_knows_is_marked()
    {
        _encoder.Update(_beds, null, oldIsKeyOnly: false, Row("1", "u!"), Position, Now, _output);
        var change = ChangeEnvelopeReader.Read(_output[0].Key, _output[0].Value);
        change.After!.Value.GetProperty("note").GetString().ShouldBe(ChangeFields.UnavailableValue);
    }

    /// <summary>As Debezium 3.3.1 sends it (Conformance/Capture/DebeziumBesideTests), tables in the order of its hash table.</summary>
    [Fact]
    public void A_transaction_begins_counts_its_changes_by_table_and_ends()
    {
        var encoder = new ChangeEncoder(new EnvelopeIdentity("v", "pre", "db", TransactionMetadata: true));
        var odd = new TableEncoder(new CapturedTable("public", "o\"dd", [new("id", new PostgresType(PostgresKind.Integer), IsKey: true)]), ValueModes.Line);
        var oddRow = new RowTuple();
        oddRow.Start("7"u8.ToArray(), 1);
        oddRow.Add(0, 1);
        for (var i = 0; i < 2; i++)
        {
            _output.Clear();
            encoder.Begin(Position, _output);
            encoder.Update(_beds, Row("1", null), oldIsKeyOnly: true, Row("2", "x"), Position with { Lsn = new Lsn(121) }, Now, _output);
            encoder.Insert(odd, oddRow, Position with { Lsn = new Lsn(122) }, Now, _output);
            encoder.Delete(_beds, Row("2", null), oldIsKeyOnly: true, Position with { Lsn = new Lsn(123) }, Now, _output);
            encoder.End(new Lsn(130), _output);
            var shown = Shown();
            shown[0].ShouldBe("""{"id":"772:120"} {"status":"BEGIN","id":"772:120","event_count":null,"data_collections":null,"ts_ms":1795230797845}""");
            shown.Select(line => line.IndexOf("\"transaction\":", StringComparison.Ordinal) is > 0 and var at ? line[(at + 14)..line.IndexOf("\"op\"", StringComparison.Ordinal)] : null).ShouldBe(
            [
                null,
                """{"id":"772:121","total_order":1,"data_collection_order":1},""",
                null,
                """{"id":"772:121","total_order":2,"data_collection_order":2},""",
                """{"id":"772:122","total_order":3,"data_collection_order":1},""",
                """{"id":"772:123","total_order":4,"data_collection_order":3},""",
                null,
                null,
            ]);
            shown[^1].ShouldBe(
                """{"id":"772:130"} {"status":"END","id":"772:130","event_count":4,"data_collections":[{"data_collection":"public.o\"dd","event_count":1},{"data_collection":"public.beds","event_count":3}],"ts_ms":1795230797845}""");
        }

        _output.Clear();
        encoder.Begin(Position, _output);
        encoder.End(new Lsn(131), _output);
        Shown()[1].ShouldBe("""{"id":"772:131"} {"status":"END","id":"772:131","event_count":0,"data_collections":[],"ts_ms":1795230797845}""");
    }

    [Fact]
    public void Without_transaction_metadata_nothing_is_said_of_transactions()
    {
        _encoder.Begin(Position, _output);
        _encoder.Insert(_beds, Row("1", null), Position, Now, _output);
        _encoder.End(new Lsn(130), _output);
        Shown().Single().ShouldContain("\"transaction\":null,");
    }

    [Theory]
    [InlineData('c', "d,-,u,d,-,t")]
    [InlineData('u', "c,d,-,c,d,-,t")]
    [InlineData('d', "c,c,u,t")]
    [InlineData('t', "c,d,-,c,u,d,-")]
    public void What_is_skipped_is_skipped_within_a_key_change_too(char skipped, string operations)
    {
        var encoder = new ChangeEncoder(new EnvelopeIdentity("v", "pre", "db", SkippedOperations: new HashSet<char> { skipped }));
        encoder.Insert(_beds, Row("1", null), Position, Now, _output);
        encoder.Update(_beds, Row("1", null), oldIsKeyOnly: true, Row("2", null), Position, Now, _output);
        encoder.Update(_beds, null, oldIsKeyOnly: false, Row("2", "x"), Position, Now, _output);
        encoder.Delete(_beds, Row("2", null), oldIsKeyOnly: true, Position, Now, _output);
        encoder.Truncate(_beds, Position, Now, _output);
        string.Join(',', _output.Select(change => change.Value is null ? "-" : Text(change.Value)[Text(change.Value).IndexOf("\"op\":\"", StringComparison.Ordinal) + 6].ToString())).ShouldBe(operations);
    }

    [Fact]
    public void Without_tombstones_a_delete_stands_alone()
    {
        new ChangeEncoder(new EnvelopeIdentity("v", "pre", "db", TombstonesOnDelete: false)).Delete(_beds, Row("1", null), oldIsKeyOnly: true, Position, Now, _output);
        _output.Count.ShouldBe(1);
    }

    [Fact]
    public void Rows_held_from_before_are_not_touched_by_the_next()
    {
        _encoder.Insert(_beds, Row("1", "a"), Position, Now, _output);
        _encoder.Insert(_beds, Row("2", "b"), Position, Now, _output);
        Shown()[0].ShouldContain("\"note\":\"a\"");
    }

    private List<string> Shown() => [.. _output.Select(change => $"{Text(change.Key)} {Text(change.Value)}")];

    private static string Text(byte[]? bytes) => bytes is null ? "null" : Encoding.UTF8.GetString(bytes);

    private static RowTuple Row(string id, string? note)
    {
        var row = new RowTuple();
        row.Start(Encoding.UTF8.GetBytes(id + note), 2);
        row.Add(0, id.Length);
        switch (note)
        {
            case null:
                row.AddNull();
                break;
            case "u!":
                row.AddUnchanged();
                break;
            default:
                row.Add(id.Length, note.Length);
                break;
        }

        return row;
    }
}
