using System.Text;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Merging;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Merging;

/// <summary>What an operator types for a key: the key that records have, or plain words and never the value.</summary>
public sealed class TypedKeyTests
{
    [Theory]
    [InlineData("17", "17")]
    [InlineData("-17", "-17")]
    [InlineData("""{"visit_id": 17}""", "17")]
    public void Of_a_whole_number(string typed, string key) => TypedKey.Read(HospitalSchema.Visits, typed).ToString().ShouldBe(key);

    [Theory]
    [InlineData("text", "A 1", """{"k":"A 1"}""")]
    [InlineData("text", "17", """{"k":"17"}""")]
    [InlineData("text", "{\"k\":\"A 1\"}", """{"k":"A 1"}""")]
    [InlineData("text", "{\"ward\":\"A 1\"}", """{"k":"{\"ward\":\"A 1\"}"}""")]
    [InlineData("uuid", "0F8FAD5B-D9CB-469F-A165-70867728950E", """{"k":"0f8fad5b-d9cb-469f-a165-70867728950e"}""")]
    [InlineData("date", "2026-03-01", """{"k":"2026-03-01"}""")]
    [InlineData("date", "infinity", """{"k":"infinity"}""")]
    [InlineData("numeric(8,2)", "1.5", """{"k":"1.50"}""")]
    [InlineData("numeric", "1.500", """{"k":"1.500"}""")]
    [InlineData("boolean", "true", """{"k":true}""")]
    [InlineData("oid", "5", """{"k":5}""")]
    public void Of_one_column(string type, string typed, string key) => TypedKey.Read(Table("""["k"]""", ("k", type)), typed).ToString().ShouldBe(key);

    [Fact]
    public void Of_several_columns_in_any_order() =>
        TypedKey.Read(Beds, """{"bed": "A", "ward": 3}""").ToString().ShouldBe("""{"ward":3,"bed":"A"}""");

    [Theory]
    [InlineData("3")]
    [InlineData("{\"ward\":3}")]
    [InlineData("{\"ward\":3,\"bed\":\"A\",\"more\":1}")]
    [InlineData("[3,\"A\"]")]
    [InlineData("{\"ward\":3,")]
    public void What_is_no_key_is_answered_with_what_one_looks_like(string typed) => Should.Throw<FormatException>(() => TypedKey.Read(Beds, typed)).Message.ShouldBe(
        """that is no key of beds, which is (ward integer, bed text): give '{"ward": 1, "bed": "..."}'""");

    [Fact]
    public void A_value_of_another_type_is_named_by_its_column_and_not_quoted()
    {
        Should.Throw<FormatException>(() => TypedKey.Read(Beds, """{"ward":"Smith","bed":"A"}""")).Message.ShouldBe(
            """that is no integer for ward of beds's key, which is (ward integer, bed text): give '{"ward": 1, "bed": "..."}'""");
        Should.Throw<FormatException>(() => TypedKey.Read(HospitalSchema.Visits, "one")).Message.ShouldBe(
            "that is no whole number for visit_id of visits's key, which is (visit_id whole number): give its value");
        Should.Throw<FormatException>(() => TypedKey.Read(Table("[]", ("k", "text")), "one")).Message.ShouldBe("beds has no key: its rows cannot be told apart");
    }

    private static TableDescription Beds { get; } = Table("""["ward","bed"]""", ("bed", "text"), ("ward", "integer"));

    private static TableDescription Table(string key, params (string Name, string Type)[] columns) => SourceTableDocument.Read(Encoding.UTF8.GetBytes(
        $$"""{"table":"beds","key":{{key}},"columns":[{{string.Join(',', columns.Select(column => $$"""{"name":"{{column.Name}}","type":"{{column.Type}}"}"""))}}]}""")).ToDescription();
}
