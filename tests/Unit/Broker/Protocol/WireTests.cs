using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Broker.Protocol;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Protocol;

public sealed class WireTests
{
    private delegate T Read<out T>(ref WireReader reader);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_written_is_read_back(bool flexible)
    {
        Prop.ForAll<int, long, Guid>((number, big, id) =>
        {
            var (a, b, c, d) = RoundTrip(
                flexible,
                w => { w.Int32(number); w.Int64(big); w.Uuid(id); w.Int16((short)number); w.Tags(); },
                static (ref WireReader r) => { var read = (r.Int32(), r.Int64(), r.Uuid(), r.Int16()); r.Tags(); return read; });
            return a == number && b == big && c == id && d == (short)number;
        }).QuickCheckThrowOnFailure();
        Prop.ForAll<string?, byte[]>((text, bytes) =>
        {
            // Kafka's texts are UTF-8: half a surrogate pair cannot be one.
            var clean = text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            var read = RoundTrip(
                flexible,
                w => { w.String(clean); w.Bytes(bytes ?? []); w.Array(bytes ?? [], static (e, item) => { e.Int8((sbyte)item); e.Tags(); }); },
                static (ref WireReader r) => (r.NullableString(), r.Bytes(), r.Array(static (ref WireReader e) => { var item = (byte)e.Int8(); e.Tags(); return item; })));
            return read.Item1 == clean && read.Item2.SequenceEqual(bytes ?? []) && read.Item3.SequenceEqual(bytes ?? []);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Variable_length_numbers_are_read_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<uint>(), value =>
            RoundTrip(true, w => w.VarUint(value), static (ref WireReader r) => r.VarUint()) == value).QuickCheckThrowOnFailure();

    [Fact]
    public void Large_contents_cross_blocks()
    {
        var large = new byte[(WireBlocks.BlockBytes * 3) + 17];
        new System.Random(1).NextBytes(large);
        RoundTrip(false, w => { w.Int8(1); w.Bytes(large); w.Int64(7); }, static (ref WireReader r) => (r.Int8(), r.Bytes(), r.Int64()))
            .Item2.ShouldBe(large);
    }

    [Fact]
    public void A_reset_takes_back_everything_since_the_mark()
    {
        using var writer = new WireWriter();
        writer.Begin(0, flexible: false, 5, flexibleHeader: false);
        var mark = writer.Mark();
        writer.Bytes(new byte[WireBlocks.BlockBytes * 2]);
        writer.Reset(mark);
        writer.Int16(9);
        Bytes(writer).ShouldBe([0, 0, 0, 6, 0, 0, 0, 5, 0, 9]);
    }

    [Theory]
    [InlineData("7fffffff", false)] // An array of two thousand million elements in four bytes.
    [InlineData("00000002ffff", false)]
    [InlineData("ffffffff0f", true)]
    [InlineData("ffffffffff01", true)]
    [InlineData("", false)]
    public void A_length_beyond_the_request_is_refused(string hex, bool flexible)
    {
        var bytes = Convert.FromHexString(hex);
        Should.Throw<MalformedRequestException>(() =>
        {
            var reader = new WireReader(bytes, 0, flexible);
            reader.Array(static (ref WireReader r) => r.Int32());
        });
        Should.Throw<MalformedRequestException>(() =>
        {
            var reader = new WireReader(bytes, 0, flexible);
            reader.Bytes();
            reader.Int32();
        });
    }

    [Fact]
    public void A_request_may_not_have_millions_of_elements() => Should.Throw<MalformedRequestException>(() =>
    {
        var body = new byte[1 << 20];
        body[1] = 0x0F; // About a million elements of one byte each.
        var reader = new WireReader(body, 0, flexible: false);
        reader.Array(static (ref WireReader r) => r.Int8());
    });

    private static T RoundTrip<T>(bool flexible, Action<WireWriter> write, Read<T> read)
    {
        using var writer = new WireWriter();
        writer.Begin(0, flexible, 0, flexibleHeader: false);
        write(writer);
        var reader = new WireReader(Bytes(writer).AsSpan(8), 0, flexible);
        var value = read(ref reader);
        reader.Remaining.ShouldBe(0);
        return value;
    }

    private static byte[] Bytes(WireWriter writer) => [.. writer.Finish().SelectMany(block => block.ToArray())];
}
