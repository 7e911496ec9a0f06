using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Merging;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Merging;

/// <summary>Keys that are no whole number: one key whatever its encoding, two keys wherever PostgreSQL prints two, in one order everywhere.</summary>
public sealed class RowKeyTests
{
    private static readonly ValueModes[] Modes =
    [
        new() { Decimals = DecimalHandlingMode.String },
        new() { Decimals = DecimalHandlingMode.Precise, Times = TimePrecisionMode.AdaptiveTimeMicroseconds, Binary = BinaryHandlingMode.Base64 },
        new() { Decimals = DecimalHandlingMode.Double, Times = TimePrecisionMode.IsoString, Binary = BinaryHandlingMode.Hex },
        new() { Times = TimePrecisionMode.IsoString, Binary = BinaryHandlingMode.Base64UrlSafe },
    ];

    private static readonly (string Name, string Printed, PostgresType Written)[] Columns =
    [
        ("ward", "integer", new(PostgresKind.Integer)),
        ("bed", "text", new(PostgresKind.Text)),
        ("price", "numeric(12,2)", new(PostgresKind.Numeric, ((12 << 16) | 2) + 4)),
        ("day", "date", new(PostgresKind.Date)),
        ("at", "timestamp without time zone", new(PostgresKind.Timestamp)),
        ("seal", "bytea", new(PostgresKind.Bytes)),
        ("open", "boolean", new(PostgresKind.Boolean)),
    ];

    [Fact]
    public void One_key_has_one_canonical_form_in_every_mode_with_its_members_in_any_order() => Holds(Keys, values =>
    {
        var expected = Key(Modes[0]).Of([.. values]);
        foreach (var modes in Modes)
        {
            Key(modes).Read(Json(values, modes, reversed: false)).ShouldBe(expected);
            Key(modes).Read(Json(values, modes, reversed: true)).ShouldBe(expected);
        }

        return true;
    });

    [Fact]
    public void Two_keys_are_equal_exactly_where_all_their_columns_are() => Holds(from one in Keys from other in Keys select (One: one, Other: other), pair =>
    {
        var key = Key(Modes[0]);
        var (one, other) = (key.Of([.. pair.One]), key.Of([.. pair.Other]));
        (one == other).ShouldBe(pair.One.SequenceEqual(pair.Other));
        (one.CompareTo(other) == 0).ShouldBe(one == other);
        return one != other || one.GetHashCode() == other.GetHashCode();
    });

    [Fact]
    public void What_the_books_keep_and_what_a_delete_leaves_is_the_key_again() => Holds(Keys, values =>
    {
        var key = Key(Modes[0]);
        var one = key.Of([.. values]);
        RowKey.Parse(one.ToString()).ShouldBe(one);
        key.Of(key.Tombstone(one)).ShouldBe(one);
        key.Tombstone(one).ShouldBe([.. values]);
        return key.Fits(one, [.. values], out _);
    });

    [Fact]
    public void The_order_is_total_and_whole_numbers_come_first_by_value() => Holds(
        from keys in Mixed.ArrayOf() select keys,
        keys =>
        {
            var sorted = keys.Order().ToList();
            sorted.SequenceEqual(keys.Reverse().Order()).ShouldBeTrue();
            var numbers = sorted.TakeWhile(key => key.IsNumber).Select(key => key.Number).ToList();
            numbers.ShouldBe(numbers.Order());
            return sorted.Skip(numbers.Count).All(key => !key.IsNumber);
        });

    [Fact]
    public void The_canonical_form_is_json_that_a_reader_understands()
    {
        var key = Key(Modes[0]).Of([7.ToString(CultureInfo.InvariantCulture), "a\"\\\n\u0001é😀", "1.50", "2026-03-01", "infinity", "\\x00ff", "true"]);

        key.ToString().ShouldBe("{\"ward\":7,\"bed\":\"a\\\"\\\\\\u000a\\u0001é😀\",\"price\":\"1.50\",\"day\":\"2026-03-01\",\"at\":\"infinity\",\"seal\":\"\\\\x00ff\",\"open\":true}");
        using var json = JsonDocument.Parse(key.ToString());
        json.RootElement.GetProperty("bed").GetString().ShouldBe("a\"\\\n\u0001é😀");
    }

    [Theory]
    [InlineData("""{"ward":1}""", "the key has no text bed", "bed")]
    [InlineData("""{"ward":"1","bed":"a"}""", "the key has no integer ward", "ward")]
    [InlineData("""{"ward":1,"bed":null}""", "the key has no text bed", "bed")]
    [InlineData("""{"ward":1,"bed":"a\u0000"}""", "the key has no text bed", "bed")]
    [InlineData("""[1,"a"]""", "the key has no integer ward", "ward")]
    public void What_is_no_key_says_which_column_and_no_value(string json, string why, string column)
    {
        using var document = JsonDocument.Parse(json);

        Beds.Read(document.RootElement, out var refused, out var rejection).ShouldBeNull();
        (rejection!.Detail, rejection.Code, refused).ShouldBe((why, RejectionCodes.WrongType, column));
    }

    [Fact]
    public void A_key_longer_than_an_index_holds_is_refused_and_the_longest_is_not()
    {
        const string Around = """{"ward":1,"bed":""}""";
        using var fits = JsonDocument.Parse($$"""{"ward":1,"bed":"{{new string('é', (TableKey.MaxBytes - Around.Length) / 2)}}"}""");
        using var over = JsonDocument.Parse($$"""{"ward":1,"bed":"{{new string('x', TableKey.MaxBytes - Around.Length + 1)}}"}""");

        Beds.Read(fits.RootElement).ShouldNotBeNull();
        Beds.Read(over.RootElement, out var refused, out var rejection).ShouldBeNull();
        (rejection!.Code, refused).ShouldBe((RejectionCodes.TooLarge, null));
    }

    [Fact]
    public void A_row_that_says_another_key_is_named_by_its_column_and_one_that_the_log_left_out_is_filled_in()
    {
        using var json = JsonDocument.Parse("""{"ward":1,"bed":"a"}""");
        var key = Beds.Read(json.RootElement)!.Value;

        Beds.Fits(key, ["1", "b"], out var misfit).ShouldBeFalse();
        misfit.ShouldBe("bed");
        object?[] row = ["1", KeptValue.Instance];
        Beds.Fits(key, row, out _).ShouldBeTrue();
        row.ShouldBe(["1", "a"]);
    }

    [Fact]
    public void A_whole_number_is_shown_and_a_text_is_not()
    {
        new RowKey(42).Shown.ShouldBe("42");
        RowKey.Parse("""{"name":"Smith"}""").Shown.ShouldBe("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("""{"name":"Smith"}"""u8))[..12]);
        Should.Throw<FormatException>(() => RowKey.Parse("Smith"));
    }

    private static TableKey Beds { get; } = new(Table(Modes[0], Columns[..2]));

    private static readonly Gen<string> Texts = ArbMap.Default.GeneratorFor<NonNull<string>>()
        .Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get)).Replace("\0", "\"\\\n", StringComparison.Ordinal));

    private static readonly Gen<string[]> Keys =
        from ward in Gen.Choose(-3, 3)
        from bed in Texts
        from cents in Gen.Choose(-999_999, 999_999)
        from day in Gen.Choose(0, 20_000)
        from micros in Gen.Choose(0, 59_999_999)
        from seal in ArbMap.Default.GeneratorFor<byte[]>()
        from open in Gen.Elements("true", "false")
        select new[]
        {
            ward.ToString(CultureInfo.InvariantCulture), bed, (cents / 100m).ToString("F2", CultureInfo.InvariantCulture),
            new DateOnly(1990, 1, 1).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ("2026-03-01 08:00:" + (micros / 1_000_000m).ToString("00.000000", CultureInfo.InvariantCulture)).TrimEnd('0').TrimEnd('.') is var at && at.Length < 19 ? at.PadRight(19, '0') : at,
            "\\x" + Convert.ToHexStringLower(seal), open,
        };

    private static readonly Gen<RowKey> Mixed = Gen.OneOf(Gen.Choose(-50, 50).Select(number => new RowKey(number)), Keys.Select(values => Key(Modes[0]).Of([.. values])));

    private static TableKey Key(ValueModes modes) => new(Table(modes, Columns));

    private static TableDescription Table(ValueModes modes, (string Name, string Printed, PostgresType Written)[] columns) => new SourceTable(
        "public", "beds", [.. columns.Select(column => new SourceColumn(column.Name, SourceType.Parse(column.Printed), false))], [.. columns.Select(column => column.Name)], modes).ToDescription();

    private static JsonElement Json(string[] values, ValueModes modes, bool reversed)
    {
        var json = new JsonBuffer();
        foreach (var i in reversed ? Enumerable.Range(0, values.Length).Reverse() : Enumerable.Range(0, values.Length))
        {
            json.Raw(json.Length == 0 ? (byte)'{' : (byte)',');
            json.Text(Encoding.UTF8.GetBytes(Columns[i].Name));
            json.Raw((byte)':');
            ValueWriter.Write(json, Encoding.UTF8.GetBytes(Columns[i].Written.Kind == PostgresKind.Boolean ? values[i][..1] : values[i]), Columns[i].Written, modes);
        }

        json.Raw((byte)'}');
        using var document = JsonDocument.Parse(json.Written.ToArray());
        return document.RootElement.Clone();
    }

    private static void Holds<T>(Gen<T> values, Func<T, bool> fact) => Prop.ForAll(values.ToArbitrary(), fact).Check(Config.QuickThrowOnFailure);
}
