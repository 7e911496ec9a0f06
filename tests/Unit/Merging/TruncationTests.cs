using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Tests.Support.Recorded;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Merging;

public sealed class TruncationTests
{
    private static readonly TableDescription Beds = new("beds", ["id"], null, "test", [new("id", ColumnKind.Int64, PrivacyClass.Operational, "")]);
    private static readonly TableDescription Keyless = Beds with { Key = [] };

    [Theory]
    [InlineData(ChangeAct.Insert, 1, 49UL, true)]
    [InlineData(ChangeAct.Snapshot, 1, 49UL, true)]
    [InlineData(ChangeAct.Delete, 1, 49UL, true)]
    [InlineData(ChangeAct.Insert, 1, 51UL, false)]
    [InlineData(ChangeAct.Snapshot, 1, 51UL, false)]
    [InlineData(ChangeAct.Insert, 2, 10UL, true)]
    [InlineData(ChangeAct.Insert, 3, 10UL, false)]
    public void It_removes_what_is_older_in_its_source_epoch_and_all_of_the_epochs_before(ChangeAct act, int epoch, ulong lsn, bool removed)
    {
        var truncation = new Truncation(epoch == 1 ? 1 : epoch == 2 ? 3 : 2, new Lsn(50));
        var change = new RowChange(7, act, act == ChangeAct.Snapshot ? null : new Lsn(lsn), epoch, 0, 0, null, null) { ReadAt = new Lsn(lsn) };
        truncation.Removes(change).ShouldBe(removed);
    }

    [Fact]
    public void The_later_of_two_is_that_of_the_later_epoch_and_then_of_the_higher_lsn()
    {
        var (first, second, other) = (new Truncation(1, new Lsn(50)), new Truncation(1, new Lsn(60)), new Truncation(2, new Lsn(10)));
        Truncation.Later(first, second).ShouldBe(second);
        Truncation.Later(other, second).ShouldBe(other);
        Truncation.Later(null, first).ShouldBe(first);
        Truncation.Later(first, null).ShouldBe(first);
        Truncation.Later(null, null).ShouldBeNull();
    }

    [Fact]
    public void A_recorded_truncate_is_read_with_its_place_and_is_no_poison()
    {
        var line = RecordedLines.Read("debezium/string-decimals.jsonl").Single(line =>
            line.Position.Topic.EndsWith(".composite_key", StringComparison.Ordinal) && line.Value is { } value && Encoding.UTF8.GetString(value.Span).Contains("\"op\":\"t\"", StringComparison.Ordinal));

        var record = new RecordReader(Beds).Read(line, 4);

        record.Poison.ShouldBeNull();
        record.Change.ShouldBeNull();
        record.Truncation.ShouldBe(new Truncation(4, new Lsn(32_080_136)));
    }

    [Fact]
    public void A_table_without_a_key_is_read_for_its_history_only()
    {
        var lines = RecordedLines.Read("debezium/defaults.jsonl").Where(line => line.Position.Topic.EndsWith(".no_key", StringComparison.Ordinal)).ToList();
        lines.ShouldNotBeEmpty();
        foreach (var record in lines.Select(line => new RecordReader(Keyless).Read(line, 1)))
        {
            record.Poison.ShouldBeNull();
            record.Change.ShouldBeNull();
        }

        var broken = new LakeRecord(new LogPosition("t", 0, 0), 0, null, Encoding.UTF8.GetBytes("{"), []);
        new RecordReader(Keyless).Read(broken, 1).Poison!.Code.ShouldBe(RejectionCodes.BadJson);
    }
}
