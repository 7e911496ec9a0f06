using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Changes;

public sealed class ChangeEnvelopeReaderTests
{
    [Theory]
    [InlineData("debezium/defaults.jsonl")]
    [InlineData("debezium/string-decimals.jsonl")]
    [InlineData("debezium/double-connect.jsonl")]
    [InlineData("debezium/schemas.jsonl")]
    [InlineData("debezium/unwrapped.jsonl")]
    [InlineData("late-commit/initial.jsonl")]
    [InlineData("late-commit/incremental.jsonl")]
    public void Reads_every_recorded_message(string file)
    {
        var count = 0;
        foreach (var message in Vectors.Read(file))
        {
            var envelope = ChangeEnvelopeReader.Read(message.Key, message.Value);
            envelope.Rejection.ShouldBeNull(message.ToString());
            var keyed = !message.Topic.EndsWith(".no_key", StringComparison.Ordinal);
            (envelope.Key is not null).ShouldBe(keyed && message.Key is not null, message.ToString());
            if (envelope.Kind == ChangeKind.Change)
            {
                (envelope.Before is not null || envelope.After is not null || envelope.Operation is ChangeOperation.Truncate or ChangeOperation.Message)
                    .ShouldBeTrue(message.ToString());
            }

            count++;
        }

        count.ShouldBeGreaterThan(3);
    }

    [Fact]
    public void Tells_kinds_apart()
    {
        var kinds = Vectors.Read("debezium/string-decimals.jsonl")
            .GroupBy(message => ChangeEnvelopeReader.Read(message.Key, message.Value).Kind)
            .ToDictionary(group => group.Key, group => group.ToList());
        kinds[ChangeKind.Heartbeat].ShouldAllBe(message => message.Topic.StartsWith("__debezium-heartbeat", StringComparison.Ordinal));
        kinds[ChangeKind.TransactionBoundary].ShouldAllBe(message => message.Topic.EndsWith(".transaction", StringComparison.Ordinal));
        kinds[ChangeKind.Tombstone].ShouldAllBe(message => message.Value == null);
        kinds.ShouldNotContainKey(ChangeKind.Rejected);
    }

    [Fact]
    public void Reads_the_source_of_a_streamed_change()
    {
        var message = Vectors.Read("debezium/defaults.jsonl").Last(message => message.Topic.EndsWith(".visits", StringComparison.Ordinal));
        var envelope = ChangeEnvelopeReader.Read(message.Key, message.Value);
        envelope.Operation.ShouldBe(ChangeOperation.Update);
        envelope.Source.Lsn.ShouldBe(new Lsn(27166656));
        envelope.Source.TransactionId.ShouldBe(769u);
        envelope.Source.Snapshot.ShouldBe(SnapshotMarker.None);
        envelope.Source.Table.ShouldBe("visits");
        envelope.Source.Sequence.ShouldBe("[\"27166552\",\"27166656\"]");
        envelope.Source.CommittedAt!.Value.Microsecond.ShouldNotBe(0);
        envelope.Key!.Value.GetProperty("visit_id").GetInt64().ShouldBe(1000);
    }

    [Fact]
    public void Snapshot_markers_are_told_apart()
    {
        var markers = Vectors.Read("debezium/defaults.jsonl").Select(message => ChangeEnvelopeReader.Read(message.Key, message.Value))
            .Where(envelope => envelope.FromSnapshot).Select(envelope => envelope.Source.Snapshot).ToHashSet();
        markers.ShouldBe(new[] { SnapshotMarker.FirstInTable, SnapshotMarker.Within, SnapshotMarker.LastInTable, SnapshotMarker.Last }, ignoreOrder: true);
    }

    [Fact]
    public void An_incremental_snapshot_row_has_no_lsn()
    {
        var rows = Vectors.Read("late-commit/incremental.jsonl").Select(message => ChangeEnvelopeReader.Read(message.Key, message.Value))
            .Where(envelope => envelope.Source.Snapshot == SnapshotMarker.Incremental).ToList();
        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(envelope => envelope.Source.Lsn == null);
    }

    [Fact]
    public void An_unwrapped_delete_has_its_row_before()
    {
        var deletes = Vectors.Read("debezium/unwrapped.jsonl").Select(message => ChangeEnvelopeReader.Read(message.Key, message.Value))
            .Where(envelope => envelope.Operation == ChangeOperation.Delete).ToList();
        deletes.ShouldNotBeEmpty();
        deletes.ShouldAllBe(envelope => envelope.Before != null && envelope.After == null && envelope.Source.Lsn != null);
    }

    [Theory]
    [InlineData("", RejectionCodes.BadJson)]
    [InlineData("{", RejectionCodes.BadJson)]
    [InlineData("[]", RejectionCodes.BadJson)]
    [InlineData("7", RejectionCodes.BadJson)]
    [InlineData("{}", RejectionCodes.UnknownOperation)]
    [InlineData("""{"op":"x","source":{}}""", RejectionCodes.UnknownOperation)]
    [InlineData("""{"op":7,"source":{}}""", RejectionCodes.UnknownOperation)]
    [InlineData("""{"op":"c","after":{}}""", RejectionCodes.MissingSource)]
    [InlineData("""{"op":"c","after":{},"source":[]}""", RejectionCodes.MissingSource)]
    [InlineData("""{"op":"c","after":null,"source":{}}""", RejectionCodes.MissingField)]
    [InlineData("""{"op":"u","source":{}}""", RejectionCodes.MissingField)]
    [InlineData("""{"op":"u","after":[1],"source":{}}""", RejectionCodes.WrongType)]
    [InlineData("""{"op":"c","after":{},"source":{"lsn":"x"}}""", RejectionCodes.WrongType)]
    [InlineData("""{"op":"c","after":{},"source":{"lsn":-1}}""", RejectionCodes.WrongType)]
    [InlineData("""{"op":"c","after":{},"source":{"txId":4294967296}}""", RejectionCodes.WrongType)]
    [InlineData("""{"op":"c","after":{},"source":{"snapshot":"maybe"}}""", RejectionCodes.WrongType)]
    [InlineData("""{"op":"c","after":{"a":"\ud800"},"source":{}}""", RejectionCodes.BadUtf8)]
    [InlineData("""{"op":"c","after":{"\uDC00":1},"source":{}}""", RejectionCodes.BadUtf8)]
    public void Rejects_with_a_reason(string value, string code) =>
        ChangeEnvelopeReader.Read(null, Encoding.UTF8.GetBytes(value)).Rejection.ShouldNotBeNull().Code.ShouldBe(code);

    [Fact]
    public void A_key_that_is_no_json_is_rejected_even_with_a_good_value() =>
        ChangeEnvelopeReader.Read("{"u8.ToArray(), """{"op":"c","after":{},"source":{}}"""u8.ToArray()).Rejection.ShouldNotBeNull().Code.ShouldBe(RejectionCodes.BadJson);

    [Fact]
    public void Bytes_that_are_no_text_are_rejected() =>
        ChangeEnvelopeReader.Read(null, new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }).Rejection.ShouldNotBeNull().Code.ShouldBe(RejectionCodes.BadUtf8);

    [Fact]
    public void Never_throws_for_damaged_messages()
    {
        var messages = Vectors.Read("debezium/defaults.jsonl").Concat(Vectors.Read("debezium/unwrapped.jsonl"))
            .Where(message => message.Value is not null && message.Value.Length < 3000).ToArray();
        var damage =
            from message in Gen.Elements(messages)
            from cuts in Gen.Zip(Gen.Choose(0, message.Value!.Length - 1), Gen.Choose(0, 255)).ListOf(4)
            from length in Gen.Choose(1, message.Value!.Length)
            select Damaged(message.Value!, cuts, length);
        Prop.ForAll(Arb.From(damage), bytes =>
        {
            var envelope = ChangeEnvelopeReader.Read(bytes, bytes);
            if (envelope.Kind == ChangeKind.Change && (envelope.After ?? envelope.Before) is { } row)
            {
                foreach (var column in Core.Domain.HospitalSchema.Visits.Columns)
                {
                    ColumnValueReader.Line.Read(row, column);
                }
            }

            return (envelope.Kind == ChangeKind.Rejected) == (envelope.Rejection is not null);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    private static byte[] Damaged(byte[] source, IEnumerable<(int At, int Byte)> hits, int length)
    {
        var copy = source[..length];
        foreach (var (at, value) in hits.Where(hit => hit.At < length))
        {
            copy[at] = (byte)value;
        }

        return copy;
    }
}
