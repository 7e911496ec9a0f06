using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Reading;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain.Sources;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Changes.Reading;

public sealed class SourceValueReaderTests
{
    private static readonly ValueModes Precise = SourceTableDocument.Defaults;
    private static readonly ValueModes Doubles = new() { Decimals = DecimalHandlingMode.Double };

    [Theory]
    [InlineData("smallint", "32768")]
    [InlineData("integer", "2147483648")]
    [InlineData("integer", "1.5")]
    [InlineData("integer", "\"7\"")]
    [InlineData("oid", "-1")]
    [InlineData("real", "1e300")]
    [InlineData("double precision", "\"1.5\"")]
    [InlineData("numeric(10,2)", "\"1,5\"")]
    [InlineData("numeric(10,2)", "\"\"")]
    [InlineData("numeric", "\"1e99999\"")]
    [InlineData("boolean", "1")]
    [InlineData("bytea", "\"not base64!\"")]
    [InlineData("bit(3)", "\"CA==\"")]
    [InlineData("date", "\"2026-02-30Z\"")]
    [InlineData("date", "9000000000")]
    [InlineData("time without time zone", "86400000001")]
    [InlineData("time without time zone", "\"24:00:01Z\"")]
    [InlineData("timestamp without time zone", "-210866803200000001")]
    [InlineData("timestamp with time zone", "1795264496789012")]
    [InlineData("timestamp with time zone", "\"2026-01-01T00:60:00Z\"")]
    [InlineData("timestamp with time zone", "\"+294277-01-01T00:00:00Z\"")]
    [InlineData("uuid", "\"123e4567\"")]
    [InlineData("json", "\"{\"")]
    [InlineData("jsonb", "\"\\\"\\\\u0000\\\"\"")]
    [InlineData("jsonb", "\"\\\"\\\\ud800\\\"\"")]
    [InlineData("hstore", "\"[1]\"")]
    [InlineData("point", "{\"x\":1}")]
    [InlineData("integer[]", "[1,\"2\"]")]
    [InlineData("integer[]", "[[1],[2,3]]")]
    [InlineData("integer[]", "[[1],2]")]
    [InlineData("integer[]", "[1,[2]]")]
    [InlineData("text", "{}")]
    public void What_PostgreSQL_would_not_take_back_is_rejected(string type, string json)
    {
        var read = Read(type, json);
        read.State.ShouldBe(ColumnState.Rejected);
        read.Rejection!.Code.ShouldBe(RejectionCodes.WrongType);
    }

    [Theory]
    [InlineData("numeric(3,-2)", "\"ew==\"", "12300")]
    [InlineData("numeric(4,4)", "\"AQ==\"", "0.0001")]
    [InlineData("numeric(4,4)", "\"/w==\"", "-0.0001")]
    [InlineData("numeric", "{\"scale\":3,\"value\":\"+5c=\"}", "-1.129")]
    [InlineData("numeric(5,0)", "\"AA==\"", "0")]
    public void Precise_decimals_of_any_scale(string type, string json, string text) => Read(type, json, Precise).Value.ShouldBe(text);

    [Theory]
    [InlineData("numeric(12,4)", "1.2345", "1.2345")]
    [InlineData("numeric(10,2)", "1.23456789E7", "12345678.90")]
    [InlineData("numeric(10,2)", "-0.01", "-0.01")]
    [InlineData("numeric", "1.5E-7", "0.00000015")]
    [InlineData("numeric", "1.0E22", "10000000000000000000000")]
    [InlineData("numeric", "\"-Infinity\"", "-Infinity")]
    public void Decimals_that_travelled_as_doubles(string type, string json, string text) => Read(type, json, Doubles).Value.ShouldBe(text);

    [Theory]
    [InlineData("bytea", "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"")]
    [InlineData("text[]", "[\"__debezium_unavailable_value\"]")]
    [InlineData("bytea[]", "[\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"]")]
    [InlineData("integer[]", "[95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,118,97,108,117,101]")]
    [InlineData("hstore", "\"{\\\"__debezium_unavailable_value\\\":\\\"__debezium_unavailable_value\\\"}\"")]
    [InlineData("numeric", "\"__debezium_unavailable_value\"")]
    public void An_untouched_large_value_is_known_in_every_shape(string type, string json) => Read(type, json).State.ShouldBe(ColumnState.Unchanged);

    [Theory]
    [InlineData("{}", "[]")]
    [InlineData("{{1,2},{3,NULL}}", "[[1,2],[3,null]]")]
    public void Arrays_of_any_shape(string text, string json) => Read("integer[]", json).Value.ShouldBe(text);

    [Fact]
    public void Array_texts_are_quoted_where_they_must_be() =>
        Read("text[]", """["a\"b","c\\d","null","x y",""]""").Value.ShouldBe("""{"a\"b","c\\d","null","x y",""}""");

    [Theory]
    [InlineData("\"-0043-03-15Z\"", "0044-03-15 BC")]
    [InlineData("\"+12026-01-01Z\"", "12026-01-01")]
    [InlineData("\"+5881580-07-11Z\"", "infinity")]
    [InlineData("2147483647", "infinity")]
    public void Dates_of_any_year(string json, string text) => Read("date", json).Value.ShouldBe(text);

    [Theory]
    [InlineData("timestamp with time zone", "\"-0043-03-15T01:02:03.5Z\"", "0044-03-15 01:02:03.5+00 BC")]
    [InlineData("timestamp without time zone", "-1", "1969-12-31 23:59:59.999999")]
    [InlineData("timestamp(3) without time zone", "-1", "1969-12-31 23:59:59.999")]
    [InlineData("time without time zone", "86400000000", "24:00:00")]
    public void Times_around_their_ends(string type, string json, string text) => Read(type, json).Value.ShouldBe(text);

    [Fact]
    public void A_rejection_names_the_type_and_no_value() =>
        Read("uuid", "\"secret\"").Rejection!.Detail.ShouldBe("a JSON String is no uuid as this configuration writes it");

    private static ColumnValue Read(string type, string json, ValueModes? modes = null)
    {
        using var document = JsonDocument.Parse(json);
        return new SourceValueReader(modes ?? ValueModes.Line).Read(document.RootElement, SourceType.Parse(type));
    }
}
