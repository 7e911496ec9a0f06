using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Batching.Lines;

public sealed class ChangeFactsTests
{
    private const string Envelope = """{"before":null,"after":{"id":1,"notes":{"id":2,"lsn":3}},"source":{"lsn":27196952,"schema":"public","table":"visits","x":{"lsn":1}},"op":"c"}""";

    [Fact]
    public void An_envelope_gives_its_lsn_table_and_columns()
    {
        var facts = Read(Envelope);
        facts.Lsn.ShouldBe(new Lsn(27196952));
        facts.Table.ShouldNotBe(0UL);
        facts.Columns.ShouldNotBe(0UL);
        facts.Embeddable.ShouldBeTrue();
    }

    [Theory]
    [InlineData("\"id\":1,", "\"id\":\"one\",", true)]
    [InlineData("\"id\":1,\"notes\":{\"id\":2,\"lsn\":3}", "\"notes\":null,\"id\":7", true)]
    [InlineData("\"notes\":", "\"note\":", false)]
    [InlineData("\"id\":1,", "", false)]
    public void Columns_are_a_set_of_names(string from, string to, bool same)
    {
        var changed = Envelope.Replace(from, to, StringComparison.Ordinal);
        changed.ShouldNotBe(Envelope);
        (Read(changed).Columns == Read(Envelope).Columns).ShouldBe(same);
    }

    [Fact]
    public void A_payload_with_its_schema_beside_it_gives_the_same()
    {
        var wrapped = Read("{\"schema\":{\"type\":\"struct\",\"fields\":[{\"field\":\"after\"}]},\"payload\":" + Envelope + "}");
        wrapped.ShouldBe(Read(Envelope));
    }

    [Fact]
    public void An_unwrapped_row_gives_its_columns_and_lsn()
    {
        var facts = Read("{\"id\":1,\"name\":\"x\",\"__op\":\"c\",\"__lsn\":42}");
        facts.Lsn.ShouldBe(new Lsn(42));
        facts.Columns.ShouldNotBe(0UL);
        Read("{\"id\":1,\"__op\":\"c\",\"__lsn\":42}").Columns.ShouldNotBe(facts.Columns);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("12")]
    [InlineData("{\"source\":{\"lsn\":\"x\"}}")]
    [InlineData("{\"source\":{\"lsn\":-1}}")]
    [InlineData("{\"source\":7,\"after\":null,\"payload\":3}")]
    public void Anything_else_has_no_facts_and_no_failure(string value) => Read(value).Lsn.ShouldBeNull();

    [Fact]
    public void A_delete_says_nothing_of_columns()
    {
        var watch = new SchemaWatch();
        watch.Note(Read(Envelope));
        var delete = Read(Envelope.Replace("\"after\":{\"id\":1,\"notes\":{\"id\":2,\"lsn\":3}}", "\"after\":null", StringComparison.Ordinal));
        watch.Differs(delete).ShouldBeFalse();
        watch.Differs(Read(Envelope.Replace("\"notes\"", "\"note\"", StringComparison.Ordinal))).ShouldBeTrue();
        watch.Differs(Read(Envelope.Replace("visits", "bills", StringComparison.Ordinal).Replace("\"notes\"", "\"note\"", StringComparison.Ordinal))).ShouldBeFalse("another table");
    }

    private static ChangeFacts Read(string value) => new ChangeFactsReader().Read(Encoding.UTF8.GetBytes(value));
}
