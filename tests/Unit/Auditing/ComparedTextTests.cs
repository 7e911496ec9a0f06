using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Domain.Sources;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Auditing;

public sealed class ComparedTextTests
{
    /// <summary>What PostgreSQL prints, what a record's reader makes of a message, and what BigQuery gives.</summary>
    [Theory]
    [InlineData("real", "0.1", "0.1", "0.1")]
    [InlineData("real", "1e-07", "1E-07", "1e-07")]
    [InlineData("double precision", "1e-07", "1E-07", "1e-07")]
    [InlineData("double precision", "0.14285714285714285", "0.14285714285714285", "0.14285714285714285")]
    [InlineData("double precision", "1e+300", "1E+300", "1e+300")]
    [InlineData("double precision", "-Infinity", "-Infinity", "-inf")]
    [InlineData("double precision", "Infinity", "Infinity", "+Inf")]
    [InlineData("double precision", "NaN", "NaN", "nan")]
    [InlineData("double precision", "-0", "-0", "0")]
    [InlineData("numeric(10,2)", "1.50", "1.50", "1.5")]
    [InlineData("numeric(10,2)", "-120.00", "-1.2E+2", "-120")]
    [InlineData("numeric(10,2)", "0.00", "0.00", "0")]
    [InlineData("numeric(10,2)", "NaN", "NaN", "NaN")]
    [InlineData("numeric", "1.50", "1.50", "1.50")]
    [InlineData("numeric", "1000", "1E+3", "1000")]
    [InlineData("money", "2.50", "2.50", "2.5")]
    [InlineData("timestamp without time zone", "2026-03-01 08:00:00.5", "2026-03-01 08:00:00.5", "2026-03-01T08:00:00.500000")]
    [InlineData("timestamp with time zone", "2026-03-01 08:00:00+00", "2026-03-01 08:00:00+00", "2026-03-01 08:00:00+00")]
    [InlineData("timestamp with time zone", "0044-03-15 08:00:00.1+00 BC", "0044-03-15 08:00:00.1+00 BC", "0044-03-15 08:00:00.1+00 BC")]
    [InlineData("time without time zone", "10:00:00", "10:00:00", "10:00:00.000000")]
    [InlineData("interval", "1 year 2 mons 3 days 04:05:06.789", "P1Y2M3DT4H5M6.789S", "P1Y2M3DT4H5M6.789S")]
    [InlineData("interval", "-1 years -2 mons +3 days -04:05:06.5", "P-1Y-2M3DT-4H-5M-6.5S", "P0Y-14M3DT-4H-5M-6.5S")]
    [InlineData("interval", "00:00:00", "P0Y0M0DT0H0M0S", "PT0S")]
    [InlineData("interval", "-00:00:00.5", "P0Y0M0DT0H0M-0.5S", "PT-0.500000S")]
    [InlineData("jsonb", """{"b": 1.50, "aa": [null, true]}""", """{"aa":[null,true],"b":1.50}""", """{"aa":[null,true],"b":1.5}""")]
    [InlineData("jsonb", "100", "1e2", "100.0")]
    [InlineData("hstore", """{"a": "1", "b": null}""", """{"b":null,"a":"1"}""", """{"a":"1","b":null}""")]
    [InlineData("point", "(1.5,1e-07)", "(1.5,1E-07)", "(1.5,1E-07)")]
    [InlineData("integer[]", "[[1, 2], [3, null]]", "{{1,2},{3,NULL}}", "[[1,2],[3,null]]")]
    [InlineData("text[]", """["a\"b", null, "", "NULL", "c,d"]""", """{"a\"b",NULL,"","NULL","c,d"}""", """["a\"b",null,"","NULL","c,d"]""")]
    [InlineData("numeric(10,2)[]", "[1.50, 2.00]", "{1.50,2.00}", """["1.50","2.00"]""")]
    [InlineData("boolean[]", "[true, false]", "{true,false}", "[true,false]")]
    [InlineData("timestamp with time zone[]", """["2026-03-01T08:00:00.5+00:00"]""", """{"2026-03-01 08:00:00.5+00"}""", """["2026-03-01 08:00:00.5+00"]""")]
    [InlineData("double precision[]", "[0.0000001]", "{1E-07}", "[1e-07]")]
    [InlineData("text[]", "[]", "{}", "[]")]
    public void A_value_has_one_form_whoever_holds_it(string type, string printed, string read, string held)
    {
        var form = ComparedText.Of(SourceType.Parse(type), printed);
        ComparedText.Of(SourceType.Parse(type), read).ShouldBe(form);
        ComparedText.Of(SourceType.Parse(type), held).ShouldBe(form);
        ComparedText.Covers(SourceType.Parse(type)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("real", "0.1", "0.10000001")]
    [InlineData("double precision", "0.1", "0.10000000000000002")]
    [InlineData("numeric(10,2)", "1.50", "1.51")]
    [InlineData("numeric(10,2)", "1.50", "-1.50")]
    [InlineData("numeric(10,2)", "1.50", "15.0")]
    [InlineData("numeric", "1.0", "1.00")]
    [InlineData("text", "1.0", "1.00")]
    [InlineData("timestamp without time zone", "2026-03-01 08:00:00.5", "2026-03-01 08:00:00.05")]
    [InlineData("timestamp with time zone", "infinity", "-infinity")]
    [InlineData("interval", "1 mon", "30 days")]
    [InlineData("interval", "1 day", "24:00:00")]
    [InlineData("jsonb", """{"a": 1}""", """{"a": "1"}""")]
    [InlineData("jsonb", """{"a": null}""", "{}")]
    [InlineData("jsonb", "[1, 2]", "[2, 1]")]
    [InlineData("integer[]", "[1, 2]", "{12}")]
    [InlineData("integer[]", "[[1], [2]]", "{1,2}")]
    [InlineData("text[]", "[null]", """{"NULL"}""")]
    [InlineData("text[]", """["a", "b"]""", """{"a;1:b"}""")]
    [InlineData("text[]", """[""]""", "{}")]
    public void Another_value_has_another_form(string type, string one, string other) =>
        ComparedText.Of(SourceType.Parse(type), one).ShouldNotBe(ComparedText.Of(SourceType.Parse(type), other));

    [Theory]
    [InlineData("jsonb", "{")]
    [InlineData("json", "\"\\ud800\"")]
    [InlineData("interval", "infinity")]
    [InlineData("integer[]", "[1")]
    [InlineData("integer[]", "{1")]
    [InlineData("double precision", "much")]
    [InlineData("numeric", "")]
    public void A_text_that_is_no_value_stays_as_it_is(string type, string text) => ComparedText.Of(SourceType.Parse(type), text).ShouldBe(text);

    [Theory]
    [InlineData("json[]")]
    [InlineData("jsonb[]")]
    [InlineData("hstore[]")]
    public void Arrays_of_JSON_do_not_compare(string type) => ComparedText.Covers(SourceType.Parse(type)).ShouldBeFalse();
}
