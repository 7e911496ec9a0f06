using System.Text.Json;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using HospitalStreaming.Warehouse.Verify;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>What `hospital verify --report` writes.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class ReportTests(VerifyBed bed) : IClassFixture<VerifyBed>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_has_count_and_digest_at_every_stop_by_table_and_day_names_what_differs_and_holds_no_values()
    {
        var line = await bed.LineAsync();
        var path = Path.Combine(TestFolder.Create("report"), "report.json");
        var (clean, text) = await WriteAsync(line, path);

        clean.GetProperty("outcome").GetString().ShouldBe("ok", text);
        clean.GetProperty("reads").GetString().ShouldBe("whole per table");
        var visits = TableOf(clean, "visits");
        visits.GetProperty("source").GetProperty("count").GetInt64().ShouldBe(VerifyBed.Visits);
        Same(visits.GetProperty("source"), visits.GetProperty("current")).ShouldBeTrue(text);
        visits.GetProperty("days").EnumerateArray().Sum(day => day.GetProperty("raw").GetProperty("count").GetInt64()).ShouldBeGreaterThanOrEqualTo(VerifyBed.Visits);
        foreach (var day in clean.GetProperty("tables").EnumerateArray().SelectMany(table => table.GetProperty("days").EnumerateArray()))
        {
            Same(day.GetProperty("topic"), day.GetProperty("lake")).ShouldBeTrue(text);
            Same(day.GetProperty("lake_rows"), day.GetProperty("raw")).ShouldBeTrue(text);
        }

        clean.GetProperty("positions").EnumerateArray().ShouldAllBe(position => position.GetProperty("in_raw").GetInt64() == position.GetProperty("in_current").GetInt64());
        clean.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("outcome").GetString()).ShouldAllBe(outcome => outcome == "ok");
        text.ShouldNotContain("Flu");
        text.ShouldNotContain("Dr ");

        // The same place again, for a line with one altered raw row.
        await line.Warehouse.RunAsync("UPDATE hospital_raw.visits SET ts = ts + interval '1 second' WHERE (partition, \"offset\") = (0, 3)");
        var (damaged, again) = await WriteAsync(line, path);
        await line.Warehouse.RunAsync("UPDATE hospital_raw.visits SET ts = ts - interval '1 second' WHERE (partition, \"offset\") = (0, 3)");
        damaged.GetProperty("outcome").GetString().ShouldBe("differs");
        damaged.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("outcome").GetString() == "differs")
            .GetProperty("findings").EnumerateArray().Single().GetString()!.ShouldContain("at offset 3 (ts)");
        TableOf(damaged, "visits").GetProperty("days").EnumerateArray().ShouldContain(day => !Same(day.GetProperty("lake_rows"), day.GetProperty("raw")), again);
        Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldBe([path]);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    private static async Task<(JsonElement Report, string Text)> WriteAsync(VerifyLine line, string path)
    {
        ReportDocument.Write(path, await line.VerifyWithTopicsAsync(), new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        var text = await File.ReadAllTextAsync(path, Token);
        return (JsonElement.Parse(text), text);
    }

    private static JsonElement TableOf(JsonElement report, string name) =>
        report.GetProperty("tables").EnumerateArray().Single(table => table.GetProperty("table").GetString() == name);

    private static bool Same(JsonElement left, JsonElement right) => left.GetRawText() == right.GetRawText() || JsonElement.DeepEquals(left, right);
}
