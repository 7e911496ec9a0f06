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
