using System.Text;
using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Auditing;

public sealed class RawRowTests
{
    private static readonly RawRow Row = new(
        7, 1, DateTimeOffset.UnixEpoch, "u", 100, 5, false, DateTimeOffset.UnixEpoch, Bytes("{\"visit_id\":1}"), Bytes("{}"), Bytes("{\"a\":1}"), Bytes("{\"k\":1}"),
        "bad_json", Bytes("key"), Bytes("value"));

    public static TheoryData<string, RawRow> Alterations => new()
    {
        { "source_epoch", Row with { SourceEpoch = 2 } },
        { "ts", Row with { Timestamp = DateTimeOffset.UnixEpoch.AddMicroseconds(1) } },
        { "op", Row with { Op = "c" } },
        { "lsn", Row with { Lsn = 101 } },
        { "lsn", Row with { Lsn = null } },
        { "tx_id", Row with { TransactionId = 5 + (1L << 32) } },
        { "snapshot", Row with { Snapshot = true } },
        { "committed_at", Row with { CommittedAt = null } },
        { "key", Row with { Key = Bytes("{\"visit_id\": 1}") } },
        { "before", Row with { Before = null } },
        { "after", Row with { After = Bytes("{\"a\":2}") } },
        { "after", Row with { After = Bytes("") } },
        { "old_key", Row with { OldKey = null } },
        { "poison", Row with { Poison = null } },
        { "original_key", Row with { OriginalKey = Bytes("") } },
        { "original_value", Row with { OriginalValue = null } },
    };

    [Theory]
    [MemberData(nameof(Alterations))]
    public void Names_the_column_that_differs(string column, RawRow altered) => altered.DifferencesFrom(Row).ShouldBe([column]);

    [Fact]
    public void Texts_are_compared_by_their_bytes_not_by_where_they_lie() => (Row with { After = Bytes("{\"a\":1}") }).DifferencesFrom(Row).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"a":1,"b":"x"}""", """{ "b": "x", "a": 1.0 }""", true)]
    [InlineData("""{"a":"\u00e9"}""", """{"a":"é"}""", true)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":null}""", """{}""", false)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":1.0000000000000000001}""", """{"a":1}""", false)]
    [InlineData("no JSON", "no  JSON", false)]
    public void A_warehouse_that_keeps_JSON_values_is_held_to_the_values(string went, string came, bool same) =>
        (Row with { After = Bytes(came) }).DifferencesFrom(Row with { After = Bytes(went) }, JsonSameness.Values).ShouldBe(same ? [] : ["after"]);

    [Fact]
    public void A_missing_text_is_not_an_empty_one() =>
        (Row with { Before = null }).DifferencesFrom(Row with { Before = ReadOnlyMemory<byte>.Empty }).ShouldBe(["before"]);

    [Fact]
    public void Original_bytes_are_kept_of_poison_only()
    {
        var line = new LakeRecord(new LogPosition("topic", 0, 7), 1_000, Bytes("key"), Bytes("value"), []);

        var applied = RawRow.Of(line, new ReadRecord { Op = "c", Lsn = new Lsn(9), TransactionId = 4 }, 3);
        applied.OriginalValue.ShouldBeNull();
        (applied.Offset, applied.SourceEpoch, applied.Op, applied.Lsn, applied.TransactionId, applied.Timestamp)
            .ShouldBe((7, 3, "c", 9L, 4L, DateTimeOffset.UnixEpoch.AddSeconds(1)));

        var poison = RawRow.Of(line, new ReadRecord { Poison = new ChangeRejection("bad_json", "no JSON") }, 3);
        poison.Poison.ShouldBe("bad_json");
        poison.OriginalKey!.Value.ToArray().ShouldBe("key"u8.ToArray());
        poison.OriginalValue!.Value.ToArray().ShouldBe("value"u8.ToArray());
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
