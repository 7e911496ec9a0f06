using System.Text;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Changes.Writing;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Tests.Unit.Changes.Reading;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Domain.Sources;

public sealed class SourceTableDocumentTests
{
    [Fact]
    public void Every_type_of_the_vector_schema_is_read_back()
    {
        foreach (var configuration in AllTypes.Configurations)
        {
            var table = AllTypes.Describe(AllTypes.Modes(configuration));
            SourceTableDocument.Read(SourceTableDocument.Write(table)).ShouldBe(table);
        }
    }

    [Fact]
    public void What_a_document_leaves_out_is_Debeziums_default()
    {
        var table = Read("""{"table":"beds","columns":[{"name":"a","type":"numeric(6,3)"},{"name":"b","type":"triage[]","enum":true,"nullable":false}]}""");

        (table.Schema, table.Modes.Decimals, table.Modes.Times).ShouldBe(("public", DecimalHandlingMode.Precise, TimePrecisionMode.Adaptive));
        table.Key.ShouldBeEmpty();
        (table.Columns[0].Type.Precision, table.Columns[0].Type.Scale, table.Columns[0].Nullable).ShouldBe((6, 3, true));
        (table.Columns[1].Type.Kind, table.Columns[1].Type.Element!.Kind).ShouldBe((SourceKind.Array, SourceKind.Enum));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"table":"t","columns":[]}""")]
    [InlineData("""{"table":"t","columns":[{"name":"a"}]}""")]
    [InlineData("""{"table":"t","columns":[{"name":"a","type":"text"},{"name":"a","type":"text"}]}""")]
    [InlineData("""{"table":"t","key":["b"],"columns":[{"name":"a","type":"text"}]}""")]
    [InlineData("""{"table":"t","columns":[{"name":"a","type":"text"}],"modes":{"decimal.handling.mode":"exact"}}""")]
    [InlineData("""{"table":"t","columns":[{"name":"a","type":"text"}],"modes":{"decimals":"string"}}""")]
    public void What_describes_no_table_is_refused(string document) => Should.Throw<FormatException>(() => Read(document));

    [Theory]
    [InlineData("timestamp(3) without time zone", SourceKind.Timestamp, 3)]
    [InlineData("time(0) with time zone", SourceKind.TimeTz, 0)]
    [InlineData("timestamp with time zone", SourceKind.TimestampTz, 6)]
    [InlineData("interval day to second(3)", SourceKind.Interval, 6)]
    [InlineData("public.hstore", SourceKind.Hstore, 6)]
    [InlineData("int4range", SourceKind.Text, 6)]
    [InlineData("geometry(Point,4326)", SourceKind.Text, 6)]
    public void Printed_types(string printed, SourceKind kind, int fractionDigits)
    {
        var type = SourceType.Parse(printed);
        (type.Kind, type.FractionDigits, type.Name).ShouldBe((kind, fractionDigits, printed));
    }

    [Fact]
    public void A_key_of_one_whole_number_stays_one_any_other_is_of_the_sources_types_and_no_key_makes_history_only()
    {
        AllTypes.Describe(ValueModes.Line).ToDescription().Required("id").Kind.ShouldBe(ColumnKind.Int64);
        var keyless = Read("""{"table":"t","columns":[{"name":"a","type":"text"}]}""").ToDescription();
        keyless.HasKey.ShouldBeFalse();
        var texts = Read("""{"table":"t","key":["b","a"],"columns":[{"name":"a","type":"integer"},{"name":"b","type":"uuid"},{"name":"c","type":"json"}]}""").ToDescription();
        (texts.HasNumberKey, texts.Required("a").Kind, texts.Required("a").Nullable, texts.Required("c").Nullable).ShouldBe((false, ColumnKind.Source, false, true));
        texts.Key.ShouldBe(["b", "a"]);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("point")]
    [InlineData("hstore")]
    public void A_key_that_does_not_tell_rows_apart_is_refused(string type)
    {
        Should.Throw<NotSupportedException>(() => Read($$"""{"table":"t","key":["a","b"],"columns":[{"name":"a","type":"integer"},{"name":"b","type":"{{type}}"}]}""").ToDescription())
            .Message.ShouldContain($"has b in its key, a {type}");
    }

    private static SourceTable Read(string text) => SourceTableDocument.Read(Encoding.UTF8.GetBytes(text));
}
