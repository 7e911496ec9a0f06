using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Verify;

/// <summary>A TRUNCATE at the source, streamed as capture does when it is not told to skip it.</summary>
[Collection(WarehouseCollection.Name)]
public sealed class TruncateVerifyTests(WarehouseServers servers)
{
    [Fact]
    public async Task A_truncated_table_is_clean_and_a_row_that_should_be_gone_is_found()
    {
        await using var line = await VerifyLine.StartAsync(servers, "truncated", settings: [("Capture:SkippedOperations", "none")]);
        await VerifyBed.FillRowsAsync(line);
        await line.SettleAsync();
        await line.Hospital.RunAsync("UPDATE visits SET total_cost = total_cost + 1 WHERE visit_id <= 100; DELETE FROM visits WHERE visit_id = 101");
        await line.Hospital.RunAsync($"BEGIN; TRUNCATE visits CASCADE; INSERT INTO visits (visit_id, patient_id, doctor_id, visit_date, diagnosis, total_cost) {VerifyBed.VisitRows(90, 120)}; COMMIT");
        await line.Hospital.RunAsync("UPDATE visits SET total_cost = 5 WHERE visit_id = 95");
        await line.SettleAsync();

        var report = await line.VerifyAsync();

        report.ExitCode.ShouldBe(0, string.Join('\n', report.Lines()));
        report.Checks[0].Counted.ShouldContain("visits: 31 rows compared column by column");
        report.Checks[1].Counted.ShouldContain(counted => counted.StartsWith("visits:", StringComparison.Ordinal) && counted.EndsWith("1,969 keys emptied by a truncate", StringComparison.Ordinal));
        (await line.Warehouse.TextAsync("SELECT count(*) FROM hospital_raw.visits WHERE op = 't'")).ShouldBe("1");

        await line.Warehouse.RunAsync("UPDATE hospital.visits SET _deleted = false WHERE visit_id = 1500");
        (await CurrentFindingsAsync(line)).ShouldContain(finding => finding.StartsWith("visits: 1 in current that raw does not have; keys such as 1500", StringComparison.Ordinal));
        await line.Warehouse.RunAsync("UPDATE hospital.visits SET _deleted = true, diagnosis = 'Flu' WHERE visit_id = 1500");
        (await CurrentFindingsAsync(line)).ShouldContain(finding => finding.StartsWith("visits: 1 in current that raw does not have; keys such as 1500", StringComparison.Ordinal));
        await line.Warehouse.RunAsync("UPDATE hospital.visits SET diagnosis = NULL WHERE visit_id = 1500");
        await line.Warehouse.RunAsync("DELETE FROM hospital_line.truncations WHERE table_name = 'visits'");
        (await CurrentFindingsAsync(line)).ShouldHaveSingleItem().ShouldEndWith("by the loader's books it is none");
    }

    private static async Task<IReadOnlyList<string>> CurrentFindingsAsync(VerifyLine line) =>
        (await line.VerifyAsync()).Checks.Single(check => check.Name.StartsWith("raw = current", StringComparison.Ordinal)).Findings;
}
