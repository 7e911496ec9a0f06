using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Naming.Lake;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Lake;

public sealed class LakeLayoutTests
{
    /// <summary>2026-03-01T23:59:59.999Z.</summary>
    private const long LateOnMarchFirst = 1_772_409_599_999;

    private static readonly string[] Templates =
    [
        LakeLayout.DefaultTemplate,
        "topics/{{topic}}/{{epoch}}-{{partition}}-{{start_offset}}",
        "topics/{{epoch}}/{{partition}}/{{topic}}/{{start_offset:padding=true}}",
        "topics/year={{timestamp:unit=yyyy}}/month={{timestamp:unit=MM}}/{{topic}}/{{epoch}}.{{partition}}.{{start_offset}}",
        "topics/{{topic}}/{{timestamp:unit=yyyy}}{{timestamp:unit=MM}}{{timestamp:unit=dd}}/{{timestamp:unit=HH}}/p{{partition}}=e{{epoch}}_{{start_offset}}-x",
    ];

    [Theory]
    [InlineData(0, "topics/a.b/dt=2026-03-01/e1-7-00000000000000000042.json.gz")]
    [InlineData(1, "topics/a.b/e1-7-00000000000000000042.json.gz")]
    [InlineData(2, "topics/e1/7/a.b/00000000000000000042.json.gz")]
    [InlineData(3, "topics/year=2026/month=03/a.b/e1.7.00000000000000000042.json.gz")]
    [InlineData(4, "topics/a.b/20260301/23/p7=ee1_00000000000000000042-x.json.gz")]
    public void Variables_stand_where_the_template_says(int template, string path) =>
        LakeLayout.Parse(Templates[template]).NameOf(new LakeStream("a.b", "e1", 7), LateOnMarchFirst, 42, LakeCompression.Gzip).ToString().ShouldBe(path);

    [Fact]
    public void Every_template_can_be_read_back()
    {
        var names =
            from template in Gen.Elements(Templates)
            from topic in Gen.Elements("a", "a.b", "dt=x".Replace('=', '-'), "9_-.", "20260301", new string('t', 249))
            from epoch in Gen.Elements("0", "r0000001", "e", "0123456789abcdef0123456789abcdef")
            from partition in Gen.Choose(0, int.MaxValue)
            from time in Gen.Choose(0, int.MaxValue)
            from start in ArbMap.Default.GeneratorFor<long>()
            from compression in Gen.Elements(LakeCompression.Gzip, LakeCompression.None)
            select LakeLayout.Parse(template).NameOf(new LakeStream(topic, epoch, partition), time * 1_000L, start & long.MaxValue, compression);
        Prop.ForAll(names.ToArbitrary(), name =>
        {
            name.Layout.TryParse(name.ToString(), out var back).ShouldBeTrue();
            back.ShouldBe(name);
            name.ToString().ShouldContain(name.Layout.FilePrefix(name.Stream));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("lake/{{topic}}/{{epoch}}-{{partition}}-{{start_offset}}", "begin with topics/")]
    [InlineData("topics/{{topic}}/{{partition}}-{{start_offset}}", "hold {{epoch}}")]
    [InlineData("topics/{{topic}}/{{epoch}}-{{start_offset}}", "hold {{partition}}")]
    [InlineData("topics/{{topic}}/{{epoch}}-{{partition}}", "hold {{start_offset}}")]
    [InlineData("topics/{{epoch}}-{{partition}}-{{start_offset}}", "hold {{topic}}")]
    [InlineData("topics/{{topic}}/{{topic}}/{{epoch}}-{{partition}}-{{start_offset}}", "exactly once")]
    [InlineData("topics/{{topic}}/{{start_offset}}-{{epoch}}-{{partition}}", "end with {{start_offset}}")]
    [InlineData("topics/{{topic}}-{{epoch}}/{{partition}}-{{start_offset}}", "{{topic}} end its folder")]
    [InlineData("topics/{{topic}}/{{epoch}}{{partition}}-{{start_offset}}", "put one of")]
    [InlineData("topics/{{topic}}/{{epoch}}p{{partition}}-{{start_offset}}", "put one of")]
    [InlineData("topics/{{topic}}/{{timestamp:unit=dd}}/{{epoch}}-{{partition}}-{{start_offset}}", "units from yyyy down")]
    [InlineData("topics/{{topic}}/{{timestamp:unit=yyyy}}/{{timestamp:unit=dd}}/{{epoch}}-{{partition}}-{{start_offset}}", "units from yyyy down")]
    [InlineData("topics/{{topic}}/{{timestamp:unit=yyyy}}-{{epoch}}-{{partition}}-{{start_offset}}", "in folders")]
    [InlineData("topics/{{topic}}/{{key}}/{{epoch}}-{{partition}}-{{start_offset}}", "use the variables")]
    [InlineData("topics//{{topic}}/{{epoch}}-{{partition}}-{{start_offset}}", "no folder empty")]
    [InlineData("topics/../{{topic}}/{{epoch}}-{{partition}}-{{start_offset}}", "begin with a dot")]
    [InlineData("topics/a b/{{topic}}/{{epoch}}-{{partition}}-{{start_offset}}", "use letters")]
    public void A_template_without_the_identity_is_refused_with_the_reason(string template, string reason) =>
        Should.Throw<FormatException>(() => LakeLayout.Parse(template)).Message.ShouldContain(reason);

    [Fact]
    public void A_date_in_part_stands_for_all_its_days()
    {
        var monthly = LakeLayout.Parse(Templates[3]);
        monthly.DayOf(new DateOnly(2026, 3, 17)).ShouldBe(new DateOnly(2026, 3, 1));
        LakeLayout.Parse(Templates[1]).DayOf(new DateOnly(2026, 3, 17)).ShouldBe(LakeLayout.Parse(Templates[1]).DayOf(new DateOnly(1999, 1, 1)));
    }
}
