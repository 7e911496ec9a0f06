using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Reading;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain.Sources;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Changes.Reading;

/// <summary>
/// Each codec both ways: any value PostgreSQL may print, written as Debezium does (the writer is held to recorded messages in Conformance/Capture), is read back as it was.
/// </summary>
public sealed class CodecProperties
{
    private static readonly ValueModes[] Exact =
    [
        ValueModes.Line,
        SourceTableDocument.Defaults,
        new() { Times = TimePrecisionMode.IsoString, Intervals = IntervalHandlingMode.String, Binary = BinaryHandlingMode.Base64UrlSafe, Hstore = HstoreHandlingMode.Map },
        new() { Times = TimePrecisionMode.AdaptiveTimeMicroseconds, Binary = BinaryHandlingMode.Hex, Intervals = IntervalHandlingMode.String },
    ];

    [Fact]
    public void Decimals_with_a_scale() => Holds(
        from digits in ArbMap.Default.GeneratorFor<BigInteger>() from scale in Gen.Choose(0, 40) select (Digits: digits, Scale: scale),
        item => Same(Decimal(item.Digits, item.Scale), $"numeric(200,{item.Scale})", new PostgresType(PostgresKind.Numeric, ((200 << 16) | item.Scale) + 4)));

    [Fact]
    public void Decimals_without_a_scale() => Holds(
        from digits in ArbMap.Default.GeneratorFor<BigInteger>() from scale in Gen.Choose(0, 40) select Decimal(digits, scale),
        text => Same(text, "numeric", new PostgresType(PostgresKind.Numeric)));

    [Fact]
    public void Decimals_up_to_15_digits_survive_as_doubles() => Holds(
        from digits in ArbMap.Default.GeneratorFor<long>() from scale in Gen.Choose(0, 9) select (Text: Decimal(digits % 1_000_000_000_000_000, scale), Scale: scale),
        item => Read(
            Write(item.Text, new PostgresType(PostgresKind.Numeric, ((15 << 16) | item.Scale) + 4), new() { Decimals = DecimalHandlingMode.Double }),
            $"numeric(15,{item.Scale})",
            new() { Decimals = DecimalHandlingMode.Double }) == item.Text);

    [Fact]
    public void Dates() => Holds(Days, days => Same(Date(days), "date", new PostgresType(PostgresKind.Date)));

    [Fact]
    public void Times_of_day() => Holds(
        Micros, micros => Same(Time(micros), "time without time zone", new PostgresType(PostgresKind.Time))
            && Same(Time(micros / 1000 * 1000), "time(3) without time zone", new PostgresType(PostgresKind.Time, 3)));

    [Fact]
    public void Timestamps() => Holds(
        from days in Days from micros in Micros select (Days: days, Micros: micros),
        item => Same(Stamp(item.Days, item.Micros, string.Empty), "timestamp without time zone", new PostgresType(PostgresKind.Timestamp))
            && Same(Stamp(item.Days, item.Micros / 1000 * 1000, string.Empty), "timestamp(3) without time zone", new PostgresType(PostgresKind.Timestamp, 3))
            && Same(Stamp(item.Days, item.Micros, "+00"), "timestamp with time zone", new PostgresType(PostgresKind.TimestampTz)));

    [Fact]
    public void Timestamps_of_connect_lose_their_microseconds_and_nothing_else() => Holds(
        from days in Days from micros in Micros select (Days: days, Micros: micros),
        item => Read(
            Write(Stamp(item.Days, item.Micros, string.Empty), new PostgresType(PostgresKind.Timestamp), new() { Times = TimePrecisionMode.Connect }),
            "timestamp without time zone",
            new() { Times = TimePrecisionMode.Connect }) == Stamp(item.Days, item.Micros / 1000 * 1000, string.Empty));

    [Fact]
    public void Infinities() => Holds(
        Gen.Elements("infinity", "-infinity"),
        text => Same(text, "date", new PostgresType(PostgresKind.Date)) && Same(text, "timestamp without time zone", new PostgresType(PostgresKind.Timestamp))
            && Same(text, "timestamp(3) without time zone", new PostgresType(PostgresKind.Timestamp, 3))
            && Same(text, "timestamp with time zone", new PostgresType(PostgresKind.TimestampTz)));

    [Fact]
    public void Bytes() => Holds(
        ArbMap.Default.GeneratorFor<byte[]>(), bytes => Same("\\x" + Convert.ToHexStringLower(bytes), "bytea", new PostgresType(PostgresKind.Bytes)));

    [Fact]
    public void Bits() => Holds(
        from length in Gen.Choose(2, 70) from bits in Gen.Elements('0', '1').ArrayOf(length) select new string(bits),
        bits => Same(bits, $"bit({bits.Length})", new PostgresType(PostgresKind.Bits, bits.Length))
            && Same("1" + bits, "bit varying", new PostgresType(PostgresKind.Bits)));

    [Fact]
    public void Floating_point() => Holds(
        ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite),
        number => double.Parse(Read(Write(number.ToString("R", CultureInfo.InvariantCulture), new PostgresType(PostgresKind.Float), ValueModes.Line), "double precision", ValueModes.Line)!, CultureInfo.InvariantCulture)
            .Equals(number));

    [Fact]
    public void Arrays_of_texts() => Holds(
        Texts.ArrayOf(), texts => Same(ArrayText(texts), "text[]", new PostgresType(PostgresKind.Array, -1, new PostgresType(PostgresKind.Text))));

    [Fact]
    public void Intervals_as_text() => Holds(
        from months in Gen.Choose(-5000, 5000) from days in Gen.Choose(-5000, 5000) from micros in Micros select (Months: months, Days: days, Micros: micros),
        item =>
        {
            var modes = new ValueModes { Intervals = IntervalHandlingMode.String };
            var json = Write($"{item.Months} mons {item.Days} days {Time(item.Micros)}", new PostgresType(PostgresKind.Interval), modes);
            return Read(json, "interval", modes) == JsonSerializer.Deserialize<string>(json);
        });

    private static readonly Gen<int> Days = Gen.Choose(-2_440_588, 106_000_000);

    private static readonly Gen<long> Micros = from high in Gen.Choose(0, 86_399) from low in Gen.Choose(0, 999_999) select (high * 1_000_000L) + low;

    private static readonly Gen<string> Texts = ArbMap.Default.GeneratorFor<NonNull<string>>()
        .Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get)).Replace("\0", "{\"\\,} ", StringComparison.Ordinal));

    private static void Holds<T>(Gen<T> values, Func<T, bool> fact) => Prop.ForAll(values.ToArbitrary(), fact).Check(Config.QuickThrowOnFailure);

    private static bool Same(string text, string printedType, PostgresType written) =>
        Exact.All(modes => Read(Write(text, written, modes), printedType, modes) == text);

    private static string Write(string text, PostgresType type, ValueModes modes)
    {
        var json = new JsonBuffer();
        ValueWriter.Write(json, Encoding.UTF8.GetBytes(text), type, modes);
        return Encoding.UTF8.GetString(json.Written);
    }

    private static string? Read(string json, string type, ValueModes modes)
    {
        using var document = JsonDocument.Parse(json);
        return (string?)new SourceValueReader(modes).Read(document.RootElement, SourceType.Parse(type)).Value;
    }

    private static string Decimal(BigInteger digits, int scale)
    {
        var plain = BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (digits.Sign < 0 ? "-" : string.Empty) + (scale == 0 ? plain : plain[..^scale] + "." + plain[^scale..]);
    }

    private static string Date(int days)
    {
        var (year, month, day) = CivilTime.Civil(days);
        return year > 0 ? $"{year:0000}-{month:00}-{day:00}" : $"{1 - year:0000}-{month:00}-{day:00} BC";
    }

    private static string Time(long micros)
    {
        var text = TimeSpan.FromMicroseconds(micros).ToString("hh\\:mm\\:ss\\.ffffff", CultureInfo.InvariantCulture);
        return text.TrimEnd('0').TrimEnd('.') is { Length: > 7 } trimmed ? trimmed : text[..8];
    }

    private static string Stamp(int days, long micros, string zone)
    {
        var date = Date(days);
        return date.EndsWith(" BC", StringComparison.Ordinal) ? $"{date[..^3]} {Time(micros)}{zone} BC" : $"{date} {Time(micros)}{zone}";
    }

    private static string ArrayText(IEnumerable<string> texts) => "{" + string.Join(',', texts.Select(text =>
        text.Length > 0 && !text.Equals("null", StringComparison.OrdinalIgnoreCase) && text.AsSpan().IndexOfAny("{}\",\\ \t\n\r\v\f") < 0
            ? text
            : "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"")) + "}";
}
