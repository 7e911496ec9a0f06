using System.Buffers;
using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching.Lines;

public sealed class LakeLineChoiceTests
{
    private const string Update =
        """{"before":{"id":1,"n":"a"},"after":{"id":1,"n":"b, \"}\""},"source":{"lsn":77,"schema":"public","table":"visits","ts_ms":5},"op":"u","ts_ms":9}""";

    [Theory]
    [InlineData(LakeFields.Value, """{"value":{"a":1}}""")]
    [InlineData(LakeFields.Key, """{"key":{"id":1}}""")]
    [InlineData(LakeFields.Offset | LakeFields.Value, """{"offset":42,"value":{"a":1}}""")]
    [InlineData(LakeFields.Headers | LakeFields.Timestamp, """{"timestamp":1000,"headers":[["h","x"]]}""")]
    [InlineData(LakeFields.All, """{"topic":"t","partition":3,"offset":42,"timestamp":1000,"headers":[["h","x"]],"key":{"id":1},"value":{"a":1}}""")]
    public void A_line_holds_the_fields_chosen_in_their_fixed_order(LakeFields fields, string line) =>
        Line("""{"a":1}""", new LakeLines(fields, LakeValues.AsReceived)).ShouldBe(line + "\n");

    [Theory]
    [InlineData(Update, """{"id":1,"n":"b, \"}\"","__op":"u","__table":"visits","__lsn":77,"__source_ts_ms":5,"__deleted":"false"}""")]
    [InlineData("""{"schema":null,"payload":{"before":{"id":1},"after":null,"source":{"lsn":7,"table":"t","ts_ms":5},"op":"d"}}""", """{"id":1,"__op":"d","__table":"t","__lsn":7,"__source_ts_ms":5,"__deleted":"true"}""")]
    [InlineData("""{"after":{ },"source":{"lsn":null,"table":"t"},"op":"r"}""", """{ "__op":"r","__table":"t","__lsn":null,"__source_ts_ms":null,"__deleted":"false"}""")]
    [InlineData("""{"after":null,"before":null,"source":{"table":"t"},"op":"t"}""", """{"after":null,"before":null,"source":{"table":"t"},"op":"t"}""")]
    [InlineData("""{"ts_ms":5}""", """{"ts_ms":5}""")]
    [InlineData("[1]", "[1]")]
    public void Unwrapped_values_are_rows_and_what_is_no_change_stands(string value, string written) =>
        Line(value, new LakeLines(LakeFields.Value, LakeValues.Unwrapped)).ShouldBe($"{{\"value\":{written}}}\n");

    [Fact]
    public void What_is_no_json_stands_as_bytes_whatever_is_chosen() =>
        Line("{", new LakeLines(LakeFields.Value, LakeValues.Unwrapped)).ShouldBe("{\"value_bytes\":\"ew==\"}\n");

    private static string Line(string value, LakeLines lines)
    {
        var output = new ArrayBufferWriter<byte>();
        var bytes = Encoding.UTF8.GetBytes(value);
        var record = new LakeRecord(new LogPosition("t", 3, 42), 1_000, "{\"id\":1}"u8.ToArray(), bytes, [new("h", "x"u8.ToArray())]);
        var length = LakeLineWriter.Write(output, record, new ChangeFactsReader().Read(bytes), lines);
        length.ShouldBe(output.WrittenCount);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
