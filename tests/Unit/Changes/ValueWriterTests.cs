using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Changes;

/// <summary>What the recorded workload does not show; what it shows is compared in Conformance/Capture.</summary>
public sealed class ValueWriterTests
{
    [Theory]
    [InlineData("0044-03-15 BC", "\"-0043-03-15Z\"")]
    [InlineData("0001-12-31 BC", "\"0000-12-31Z\"")]
    [InlineData("12026-01-01", "\"+12026-01-01Z\"")]
    [InlineData("2024-02-29", "\"2024-02-29Z\"")]
    public void Dates_of_any_year(string text, string json) =>
        Write(1082, -1, text, new ValueModes { Times = TimePrecisionMode.IsoString }).ShouldBe(json);

    [Theory]
    [InlineData("2026-11-21 12:34:56.7+05:30", "\"2026-11-21T07:04:56.700000Z\"")]
    [InlineData("2026-01-01 00:30:00+01", "\"2025-12-31T23:30:00.000000Z\"")]
    [InlineData("infinity", "\"infinity\"")]
    public void Instants_are_taken_to_UTC(string text, string json) => Write(1184, -1, text).ShouldBe(json);

    [Fact]
    public void A_timestamp_of_milliseconds_is_written_in_them() => Write(1114, 3, "1969-12-31 23:59:59.999").ShouldBe("-1");

    [Theory]
    [InlineData("00:00:00", "\"P0Y0M0DT0H0M0S\"")]
    [InlineData("-1 years -2 mons +3 days -04:05:06.5", "\"P-1Y-2M3DT-4H-5M-6.5S\"")]
    [InlineData("1 day", "\"P0Y0M1DT0H0M0S\"")]
    public void Intervals(string text, string json) => Write(1186, -1, text, new ValueModes { Intervals = IntervalHandlingMode.String }).ShouldBe(json);

    [Theory]
    [InlineData("0", "0.0")]
    [InlineData("-0", "-0.0")]
    [InlineData("100", "100.0")]
    [InlineData("0.001", "0.001")]
    [InlineData("0.0001", "1.0E-4")]
    [InlineData("9999999", "9999999.0")]
    [InlineData("1e+07", "1.0E7")]
    [InlineData("-1.5e-300", "-1.5E-300")]
    [InlineData("1e+300", "1.0E300")]
    [InlineData("123456.789", "123456.789")]
    public void Floating_point_as_Java_prints_it(string text, string json) => Write(701, -1, text).ShouldBe(json);

    [Theory]
    [InlineData("{}", "[]")]
    [InlineData("{{1,2},{3,NULL}}", "[[1,2],[3,null]]")]
    [InlineData("[0:1]={5,6}", "[5,6]")]
    public void Arrays_nested_and_with_odd_bounds(string text, string json) => Write(1007, -1, text).ShouldBe(json);

    [Fact]
    public void Array_texts_are_unquoted() => Write(1009, -1, """{"a\"b","c\\d","NULL",x}""").ShouldBe("""["a\"b","c\\d","NULL","x"]""");

    [Fact]
    public void Hstore_as_a_map() => ValueOf(new PostgresType(PostgresKind.Hstore), "\"k\"=>\"v\", \"n\"=>NULL", new ValueModes { Hstore = HstoreHandlingMode.Map })
        .ShouldBe("{\"k\":\"v\",\"n\":null}");

    [Fact]
    public void Money_below_zero() => Write(790, -1, "-$1,234.56").ShouldBe("\"-1234.56\"");

    [Fact]
    public void Every_text_is_read_back_from_its_JSON() => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
    {
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get + "\u0001\"\\\n😀"));
        return JsonSerializer.Deserialize<string>(Write(25, -1, valid)) == valid;
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Every_decimal_is_read_back_in_every_exact_mode() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), cents =>
    {
        var text = (cents / 100m).ToString("0.00", CultureInfo.InvariantCulture);
        return new[] { DecimalHandlingMode.String, DecimalHandlingMode.Precise }.All(mode =>
        {
            using var json = JsonDocument.Parse(Write(1700, Numeric10And2, text, new ValueModes { Decimals = mode }));
            return (decimal)new ColumnValueReader(mode, TimePrecisionMode.Adaptive).ReadValue(json.RootElement, HospitalSchema.Visits.Required("total_cost")).Value! == cents / 100m;
        });
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Every_instant_is_read_back() => Prop.ForAll(Gen.Choose(-2_000_000_000, int.MaxValue).ToArbitrary(), seconds =>
    {
        var instant = DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddMicroseconds(seconds % 1_000_000);
        using var json = JsonDocument.Parse(Write(1184, -1, instant.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF+00", CultureInfo.InvariantCulture)));
        return (DateTimeOffset)ColumnValueReader.Line.ReadValue(json.RootElement, HospitalSchema.Visits.Required("visit_date")).Value! == instant;
    }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void A_large_value_that_is_not_there_is_marked_in_the_shape_of_its_type()
    {
        Unavailable(BuiltInTypes.Find(25, -1)!).ShouldBe("\"__debezium_unavailable_value\"");
        Unavailable(BuiltInTypes.Find(1009, -1)!).ShouldBe("[\"__debezium_unavailable_value\"]");
        Unavailable(BuiltInTypes.Find(17, -1)!).ShouldBe("\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"");
    }

    private const int Numeric10And2 = ((10 << 16) | 2) + 4;

    private static string Unavailable(PostgresType type)
    {
        var json = new JsonBuffer();
        ValueWriter.Unavailable(json, type, ValueModes.Line);
        return Encoding.UTF8.GetString(json.Written);
    }

    private static string Write(uint type, int modifier, string text, ValueModes? modes = null) => ValueOf(BuiltInTypes.Find(type, modifier)!, text, modes);

    private static string ValueOf(PostgresType type, string text, ValueModes? modes = null)
    {
        var json = new JsonBuffer();
        ValueWriter.Write(json, Encoding.UTF8.GetBytes(text), type, modes ?? ValueModes.Line);
        return Encoding.UTF8.GetString(json.Written);
    }
}
