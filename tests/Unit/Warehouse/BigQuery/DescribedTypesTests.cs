using System.Buffers;
using System.Text;
using System.Text.Json;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Warehouse.BigQuery;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Warehouse.BigQuery;

/// <summary>The map of docs/types.md, and what its types cannot hold.</summary>
public sealed class DescribedTypesTests
{
    [Theory]
    [InlineData("numeric(10,2)", "NUMERIC")]
    [InlineData("numeric(38,9)", "NUMERIC")]
    [InlineData("numeric(30,0)", "BIGNUMERIC")]
    [InlineData("numeric(20,10)", "BIGNUMERIC")]
    [InlineData("numeric(76,38)", "BIGNUMERIC")]
    [InlineData("numeric(77,38)", "STRING")]
    [InlineData("numeric(5,-2)", "STRING")]
    [InlineData("numeric", "STRING")]
    [InlineData("timestamp(3) without time zone", "DATETIME")]
    [InlineData("numeric(6,2)[]", "JSON")]
    [InlineData("int4range", "STRING")]
    public void Exact_types_stay_exact(string source, string expected) => DescribedTypes.Of(SourceType.Parse(source, false)).ShouldBe(expected);

    [Theory]
    [InlineData("numeric(10,2)", "99999999.99", "\"99999999.99\"")]
    [InlineData("numeric(10,2)", "NaN", null)]
    [InlineData("numeric(10,2)", "100000000000000000000000000000", null)]
    [InlineData("numeric(10,2)", "0.1234567891", null)]
    [InlineData("numeric(10,2)", "0.1000000000", "\"0.1000000000\"")]
    [InlineData("numeric(10,2)", "1e29", null)]
    [InlineData("numeric(76,38)", "Infinity", null)]
    [InlineData("numeric", "NaN", "\"NaN\"")]
    [InlineData("double precision", "-Infinity", "\"-Infinity\"")]
    [InlineData("double precision", "1E+300", "1E+300")]
    [InlineData("date", "9999-12-31", "\"9999-12-31\"")]
    [InlineData("date", "10000-01-01", null)]
    [InlineData("date", "0044-03-15 BC", null)]
    [InlineData("date", "infinity", null)]
    [InlineData("timestamp without time zone", "0044-03-15 12:00:00 BC", null)]
    [InlineData("timestamp without time zone", "9999-12-31 23:59:59.999999", "\"9999-12-31 23:59:59.999999\"")]
    [InlineData("timestamp with time zone", "0001-01-01 00:00:00+00", "\"0001-01-01 00:00:00+00:00\"")]
    [InlineData("timestamp with time zone", "0044-03-15 12:00:00+00 BC", null)]
    [InlineData("timestamp with time zone", "-infinity", null)]
    [InlineData("time without time zone", "24:00:00", null)]
    [InlineData("bytea", "\\xdeadbeef00", "\"3q2+7wA=\"")]
    [InlineData("bytea", "\\x", "\"\"")]
    [InlineData("jsonb", "{\"a\":\n 1.50}", "{\"a\":1.50}")]
    [InlineData("jsonb", "{\"a\":1e400}", null)]
    [InlineData("jsonb", " null ", null)]
    [InlineData("json", "{\"a\":1,\"a\":2}", null)]
    [InlineData("integer[]", "{1,NULL,3}", "[1,null,3]")]
    [InlineData("integer[]", "{{1,2},{3,4}}", "[[1,2],[3,4]]")]
    [InlineData("integer[]", "{}", "[]")]
    [InlineData("text[]", "{a,\"b,c\",NULL,\"\",\"NULL\",\"q\\\"u\\\\o{}\"}", "[\"a\",\"b,c\",null,\"\",\"NULL\",\"q\\\"u\\\\o{}\"]")]
    [InlineData("numeric(6,2)[]", "{1.25,2.50,NaN}", "[\"1.25\",\"2.50\",\"NaN\"]")]
    [InlineData("double precision[]", "{1.5,NaN}", "[1.5,\"NaN\"]")]
    [InlineData("boolean[]", "{true,false}", "[true,false]")]
    public void A_value_is_loadable_or_told_apart(string type, string text, string? expected)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartObject();
        var written = DescribedValues.TryWrite(writer, "v", SourceType.Parse(type, false), text);
        writer.WriteEndObject();
        writer.Flush();

        Encoding.UTF8.GetString(output.WrittenSpan).ShouldBe(expected is null ? "{}" : $"{{\"v\":{expected}}}");
        written.ShouldBe(expected is not null);
    }

    [Theory]
    [InlineData("notes", "body", null)]
    [InlineData("no tes", "body", "has other characters")]
    [InlineData("notes", "größe", "has other characters")]
    [InlineData("notes", "_PARTITIONDAY", "keeps for itself")]
    [InlineData("notes", "ID", "does not tell case apart")]
    [InlineData("notes", "_deleted", "of the product's own")]
    public void Names_that_BigQuery_would_refuse_are_refused_at_the_start(string table, string column, string? why)
    {
        var refusal = DescribedNames.RefusalOf(new TableDescription(table, ["id"], null, "Notes.",
        [
            new ColumnDescription("id", ColumnKind.Int64, PrivacyClass.Clinical, "Key."),
            new ColumnDescription(column, ColumnKind.Source, PrivacyClass.Clinical, "Text.") { Type = SourceType.Parse("text", false) },
        ]));

        (refusal is null).ShouldBe(why is null);
        refusal?.ShouldContain(why!);
    }
}
