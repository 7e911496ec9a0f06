using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Modelling.Compiling;
using HospitalStreaming.Modelling.Project;
using HospitalStreaming.Tests.Support.Servers;
using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Transform.Reporting;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform;

/// <summary>Real dbt is the oracle: the same folder, built by both into the same database, gives the same rows.</summary>
[Collection(TransformCollection.Name)]
public sealed class DbtOracleTests(LabPostgres postgres)
{
    [Fact]
    public async Task Real_dbt_builds_the_same_tables_and_finds_the_same_test_failures()
    {
        var token = TestContext.Current.CancellationToken;
        await using var warehouse = await postgres.WarehouseAsync(token);
        await warehouse.FillAsync(4_000, token);
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"));

        var report = await runner.BuildAllAsync(everything: true, test: true, token);
        report.Problems.ShouldBeEmpty();
        report.Models.Where(model => model.Outcome != ModelOutcome.Built).ShouldBeEmpty();
        var tests = await runner.TestAllAsync(errorsToo: true, token);
        var output = await DbtAsync(warehouse, "2026-08-28");

        foreach (var model in runner.Compile(runner.Today).Models)
        {
            var ours = model.Relation.In(ModelDialect.Postgres);
            var dbts = (model.Relation with { Schema = model.Relation.Schema.Replace("hospital", "dbt", StringComparison.Ordinal) }).In(ModelDialect.Postgres);
            var different = await warehouse.ScalarAsync(
                $"SELECT (SELECT count(*) FROM (TABLE {ours} EXCEPT ALL TABLE {dbts}) a) + (SELECT count(*) FROM (TABLE {dbts} EXCEPT ALL TABLE {ours}) b)", token);
            different.ShouldBe(0L, $"{model.Name} differs from dbt's\n{output}");
            (await warehouse.ScalarAsync($"SELECT count(*) FROM {dbts}", token)).ShouldBeOfType<long>().ShouldBePositive(model.Name);
        }

        // dbt says: Done. PASS=n WARN=n ERROR=0; it counts its models as passes.
        var last = output.Split('\n').Last(line => line.Contains("Done. PASS=", StringComparison.Ordinal));
        last.ShouldContain($"PASS={tests.Count(test => test.Status == "pass") + report.Models.Length} ");
        last.ShouldContain($"WARN={tests.Count(test => test.Status == "warn")} ");
        last.ShouldContain("ERROR=0");
        tests.Where(test => test.Severity == TestSeverity.Error && test.Status != "pass").ShouldBeEmpty();
        tests.Count(test => test.Status == "warn").ShouldBeGreaterThan(3, "the data holds orphans and odd durations on purpose");
    }

    private static async Task<string> DbtAsync(TestWarehouse warehouse, string asOf)
    {
        var work = Directory.CreateTempSubdirectory("hospital-dbt-").FullName;
        var start = new ProcessStartInfo(
            Path.Combine(Lab.Folder!, "lab"),
            ["dbt", "--no-use-colors", "build", "--project-dir", Repository.Models, "--profiles-dir", Repository.Models, "--target-path", work, "--log-path", work, "--vars", $"{{as_of: {asOf}}}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOSPITAL_DBT_PORT"] = warehouse.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["HOSPITAL_DBT_DATABASE"] = warehouse.Database;
        start.Environment["HOSPITAL_DBT_SCHEMA"] = "dbt";
        using var dbt = Process.Start(start)!;
        var errors = dbt.StandardError.ReadToEndAsync();
        var output = await dbt.StandardOutput.ReadToEndAsync();
        await dbt.WaitForExitAsync();
        Directory.Delete(work, recursive: true);
        dbt.ExitCode.ShouldBe(0, output + await errors);
        return output;
    }
}
