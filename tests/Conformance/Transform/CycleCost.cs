using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Transform.Reporting;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform;

/// <summary>What a cycle costs at 100,000 visits. Run it by name: -method '*Measures_a_cycle' -explicit only.</summary>
[Collection(TransformCollection.Name)]
public sealed class CycleCost(LabPostgres postgres, ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Measures_a_cycle()
    {
        var token = TestContext.Current.CancellationToken;
        await using var warehouse = await postgres.WarehouseAsync(token);
        await warehouse.FillAsync(100_000, token);
        await warehouse.RunAsync("VACUUM ANALYZE", token);
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"));
        Show("first", await runner.BuildAllAsync(everything: true, test: true, token));
        await warehouse.RunAsync("VACUUM ANALYZE", token);
        for (var cycle = 0; cycle < 4; cycle++)
        {
            await warehouse.ApplyAsync(
                string.Create(CultureInfo.InvariantCulture, $"UPDATE hospital.visits SET total_cost = total_cost + 1 WHERE visit_id % 500 = {cycle}; UPDATE hospital.billing_payments SET total_amount = total_amount + 1 WHERE billing_id % 500 = {cycle}; UPDATE hospital.prescriptions SET stopped_at = now() WHERE prescription_id % 500 = {cycle}"),
                token, "visits", "billing_payments", "prescriptions");
            Show($"cycle {cycle}", await runner.BuildAllAsync(everything: false, test: cycle == 3, token));
        }

        await warehouse.ApplyAsync("UPDATE hospital.line_canary SET beat = beat + 1", token, "line_canary");
        Show("canary", await runner.BuildAllAsync(everything: false, test: false, token));
        var started = Stopwatch.GetTimestamp();
        var tests = await runner.TestAllAsync(errorsToo: true, token);
        output.WriteLine($"all {tests.Length} tests: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms; slowest {string.Join(", ", tests.OrderByDescending(test => test.Took).Take(4).Select(test => $"{test.Test} {test.Took.TotalMilliseconds:0}"))}");
        started = Stopwatch.GetTimestamp();
        (await runner.RebuildAndCompareAsync(token)).IsEqual.ShouldBeTrue();
        output.WriteLine($"comparison: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }

    private void Show(string name, BuildReport report) => output.WriteLine(
        $"{name}: {report.Took.TotalMilliseconds:0} ms, {report.Models.Sum(model => model.ChangedRows)} rows changed, tests {report.Tests.Sum(test => test.Took.TotalMilliseconds):0} ms; "
        + string.Join(", ", report.Models.Where(model => model.Took.TotalMilliseconds >= 5).Select(model => $"{model.Model} {model.Took.TotalMilliseconds:0}")));
}
