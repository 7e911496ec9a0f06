using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching.Lines;

public sealed class LakeLineTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0041", "\\ud83d\\ude00", "\\ud800", "\\udc00", "\\u00", "null", "true", "1.00", "-0", "1e400", "\n", "\r", "\t", " ",
        "a", "é", "漢", "😀", "\u2028", "\0", "\"a\":1", "{\"a\":1,\"a\":2}", "[1,2]", "\"x\"",
    ];

    [Fact]
    public void Any_bytes_come_back_exactly()
    {
        var junk = ArbMap.Default.GeneratorFor<byte[]>();
        var text = Gen.Elements(Pieces).ArrayOf().Select(pieces => Encoding.UTF8.GetBytes(string.Concat(pieces)));
        var bytes = Gen.OneOf(junk, text, text, Gen.Constant<byte[]>(null!)).Select(value => (byte[]?)value);
        var header = Gen.Elements("", "h", "é\"\\\n", "__debezium.context").SelectMany(_ => bytes, (name, value) => new KeyValuePair<string, byte[]?>(name, value));
        var records =
            from key in bytes
            from value in bytes
            from headers in header.ArrayOf()
            from offset in ArbMap.Default.GeneratorFor<NonNegativeInt>()
            from timestamp in ArbMap.Default.GeneratorFor<long>()
            select (key, value, headers, offset.Get, timestamp);
        Prop.ForAll(records.ToArbitrary(), sample =>
        {
            var (key, value, headers, offset, timestamp) = sample;
            var record = new LakeRecord(new LogPosition("a.b_c-D", 3, offset), timestamp, Memory(key), Memory(value), headers);
            var line = Line(record);
            Array.IndexOf(line, (byte)'\n').ShouldBe(line.Length - 1, "a line is a line");
            var back = LakeLineReader.Read(line.AsMemory(0, line.Length - 1));
            back.Position.ShouldBe(record.Position);
            back.TimestampMs.ShouldBe(timestamp);
            Show(back.Key).ShouldBe(Show(record.Key));
            Show(back.Value).ShouldBe(Show(record.Value));
            back.Headers.Select(one => $"{one.Key}={Show(Memory(one.Value))}").ShouldBe(headers.Select(one => $"{one.Key}={Show(Memory(one.Value))}"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));
    }

    [Theory]
    [InlineData("{\"a\": 1.00, \"a\":\"\\u00e9\"}", true)]
    [InlineData("12345678901234567890.10", true)]
    [InlineData("\"\\ud83d\\ude00\"", true)]
    [InlineData("\"\\\\ud800\"", true)]
    [InlineData("null", false)]
    [InlineData(" {}", false)]
    [InlineData("{}\n", false)]
    [InlineData("{\n}", false)]
    [InlineData("", false)]
    [InlineData("{} {}", false)]
    [InlineData("{\"a\":1,}", false)]
    [InlineData("\"\\ud800\"", false)]
    [InlineData("\"\\udc00\\ud800\"", false)]
    [InlineData("\"\\ud800x\\udc00\"", false)]
    [InlineData("// c\n1", false)]
    public void Json_on_one_line_stands_as_it_came_and_the_rest_as_bytes(string value, bool stands)
    {
        var line = Encoding.UTF8.GetString(Line(new LakeRecord(new LogPosition("t", 0, 5), 7, null, Encoding.UTF8.GetBytes(value), [])));
        line.ShouldBe(stands
            ? $"{{\"topic\":\"t\",\"partition\":0,\"offset\":5,\"timestamp\":7,\"headers\":null,\"key\":null,\"value\":{value}}}\n"
            : $"{{\"topic\":\"t\",\"partition\":0,\"offset\":5,\"timestamp\":7,\"headers\":null,\"key\":null,\"value_bytes\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}\"}}\n");
    }

    [Fact]
    public void Deep_json_stands_as_bytes_and_comes_back()
    {
        foreach (var depth in new[] { 63, 64, 65, 5_000 })
        {
            var value = Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth));
            var line = Line(new LakeRecord(new LogPosition("t", 0, 0), 0, value, value, []));
            Encoding.UTF8.GetString(line).Contains("value_bytes", StringComparison.Ordinal).ShouldBe(depth > 64, $"depth {depth}");
            LakeLineReader.Read(line.AsMemory(0, line.Length - 1)).Value!.Value.ToArray().ShouldBe(value);
        }
    }

    [Fact]
    public void Anything_else_than_a_line_of_ours_is_refused_without_its_content()
    {
        var good = Encoding.UTF8.GetString(Line(new LakeRecord(new LogPosition("t", 0, 5), 7, null, "{\"name\":\"Ann\"}"u8.ToArray(), [])))[..^1];
        for (var length = 0; length < good.Length; length++)
        {
            var cut = good[..length];
            Should.Throw<FormatException>(() => LakeLineReader.Read(Encoding.UTF8.GetBytes(cut))).Message.ShouldNotContain("Ann");
        }

        Should.Throw<FormatException>(() => LakeLineReader.Read(Encoding.UTF8.GetBytes(good + "1")));
        Should.Throw<FormatException>(() => LakeLineReader.Read(Encoding.UTF8.GetBytes(good.Replace("offset", "off", StringComparison.Ordinal))));
    }

    private static byte[] Line(LakeRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        LakeLineWriter.Write(buffer, record).ShouldBe(buffer.WrittenCount);
        return buffer.WrittenSpan.ToArray();
    }

    private static ReadOnlyMemory<byte>? Memory(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;

    private static string Show(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? "x" + Convert.ToHexString(some.Span) : "none";
}
