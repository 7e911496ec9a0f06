using System.Text;
using HospitalStreaming.WarehouseSink.Letters;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.WarehouseSink;

public sealed class RedactedPreviewTests
{
    private static readonly RedactedPreview Preview = new(["op", "after", "diagnosis", "total_cost", "list"]);

    [Fact]
    public void Structure_and_known_names_stay_and_no_value_does() => Of(
        """{"op":"u","after":{"diagnosis":"Jane Doe","total_cost":12.50,"Jane":null,"list":[true,"x"]}}""").ShouldBe(
        [
            "{",
            "  op: (text of 1 bytes)",
            "  after: {",
            "    diagnosis: (text of 8 bytes)",
            "    total_cost: (number of 5 digits)",
            "    (name of 4 bytes): null",
            "    list: [",
            "      (boolean)",
            "      (text of 1 bytes)",
            "    ]",
            "  }",
            "}",
        ]);

    [Fact]
    public void What_is_no_json_shows_what_is_before_the_fault_and_nothing_of_the_rest()
    {
        var lines = Of("{\"op\":\"u\", Jane Doe");

        lines.Take(2).ShouldBe(["{", "  op: (text of 1 bytes)"]);
        lines[2].ShouldContain("no JSON from here on");
        lines.ShouldAllBe(line => !line.Contains("Jane"));
    }

    [Fact]
    public void A_depth_bomb_and_bytes_that_are_no_text_stay_short()
    {
        Of(new string('[', 5_000)).Count.ShouldBeLessThan(20);
        Preview.Of(new byte[] { 0x22, 0xff, 0xfe, 0x22 }).ShouldHaveSingleItem();
        Of(string.Concat("[", string.Join(',', Enumerable.Repeat("1", 10_000)), "]")).Count.ShouldBe(201);
        Preview.Of(null).ShouldBe(["(none)"]);
    }

    private static IReadOnlyList<string> Of(string text) => Preview.Of(Encoding.UTF8.GetBytes(text));
}
