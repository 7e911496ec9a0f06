using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Naming.Lake;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Lake;

public sealed class LakeObjectNameTests
{
    private static readonly LakeObjectName Sample = new(new LakeStream("postgres-source.public.visits", "01ab23cd", 2), new DateOnly(2026, 3, 1), 1234);

    [Fact]
    public void It_reads_as_documented() =>
        Sample.ToString().ShouldBe("topics/postgres-source.public.visits/dt=2026-03-01/01ab23cd-2-00000000000000001234.json.gz");

    [Fact]
    public void Reading_undoes_writing()
    {
        var names =
            from topic in Gen.Elements("a", "a.b", "dt-x", "9_-.", new string('t', 249))
            from epoch in Gen.Elements("0", "r0000001", "0123456789abcdef0123456789abcdef")
            from partition in Gen.Choose(0, int.MaxValue)
            from day in Gen.Choose(0, DateOnly.MaxValue.DayNumber)
            from start in ArbMap.Default.GeneratorFor<long>()
            from compression in Gen.Elements(LakeCompression.Gzip, LakeCompression.None)
            select new LakeObjectName(new LakeStream(topic, epoch, partition), DateOnly.FromDayNumber(day), start & long.MaxValue, compression);
        Prop.ForAll(names.ToArbitrary(), name =>
        {
            LakeObjectName.TryParse(name.ToString(), out var back).ShouldBeTrue();
            back.ShouldBe(name);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("topics/t/dt=2026-03-01/e-0-1.json.gz")]
    [InlineData("topics/t/dt=2026-03-01/e-00-00000000000000000001.json.gz")]
    [InlineData("topics/t/dt=2026-03-01/e-0-00000000000000000001.json.gz.meta")]
    [InlineData("topics/t/dt=2026-03-01/e-0-00000000000000000001.ndjson")]
    [InlineData("topics/t/dt=2026-3-1/e-0-00000000000000000001.json.gz")]
    [InlineData("topics/t/dt=2026-02-30/e-0-00000000000000000001.json.gz")]
    [InlineData("topics/t/dt=2026-03-01/E-0-00000000000000000001.json.gz")]
    [InlineData("topics/t/dt=2026-03-01/e-+0-00000000000000000001.json.gz")]
    [InlineData("topics/t/dt=2026-03-01/e-0--0000000000000000001.json.gz")]
    [InlineData("topics/t/dt=2026-03-01/e-0-99999999999999999999.json.gz")]
    [InlineData("topics/../dt=2026-03-01/e-0-00000000000000000001.json.gz")]
    [InlineData("topics//dt=2026-03-01/e-0-00000000000000000001.json.gz")]
    [InlineData("topics/t/x/dt=2026-03-01/e-0-00000000000000000001.json.gz")]
    [InlineData("other/t/dt=2026-03-01/e-0-00000000000000000001.json.gz")]
    [InlineData("topics/t/dt=2026-03-01/e-0-00000000000000000001.json.gz\n")]
    [InlineData("")]
    public void Nothing_else_is_a_name(string text) => LakeObjectName.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Names_sort_in_log_order()
    {
        LakeObjectName[] sorted =
        [
            Sample with { StartOffset = 5, Day = new DateOnly(2026, 3, 9) }, Sample, Sample with { StartOffset = 99_999 },
            Sample with { Stream = new LakeStream(Sample.Stream.Topic, Sample.Stream.Epoch, 10), StartOffset = 0 },
            Sample with { Stream = new LakeStream(Sample.Stream.Topic, "02", 0), StartOffset = 0 },
        ];
        sorted.Reverse().Order().ShouldBe(sorted);
    }

    [Theory]
    [InlineData(0, 1970, 1, 1)]
    [InlineData(-1, 1969, 12, 31)]
    [InlineData(1_772_366_399_999, 2026, 3, 1)]
    [InlineData(long.MaxValue, 9999, 12, 31)]
    [InlineData(long.MinValue, 1, 1, 1)]
    public void Days_are_utc_and_any_timestamp_has_one(long timestampMs, int year, int month, int day) =>
        LakeObjectName.DayOf(timestampMs).ShouldBe(new DateOnly(year, month, day));

    [Theory]
    [InlineData("", "e")]
    [InlineData(".", "e")]
    [InlineData("..", "e")]
    [InlineData("a/b", "e")]
    [InlineData("a b", "e")]
    [InlineData("t", "")]
    [InlineData("t", "E")]
    [InlineData("t", "a-b")]
    public void Parts_of_another_form_are_refused(string topic, string epoch) => Should.Throw<ArgumentException>(() => new LakeStream(topic, epoch, 0));
}
