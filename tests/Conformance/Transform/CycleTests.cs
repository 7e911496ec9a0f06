using HospitalStreaming.Tests.Conformance.Transform.Support;
using HospitalStreaming.Transform;
using HospitalStreaming.Transform.Building;
using HospitalStreaming.Transform.Reporting;
using Npgsql;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform;

/// <summary>What a cycle publishes, leaves alone, holds back and says of itself.</summary>
[Collection(TransformCollection.Name)]
public sealed class CycleTests(LabPostgres postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_change_is_published_as_a_rebuild_would_give_it()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.FillAsync(2_000, Token);
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"));
        await runner.BuildAllAsync(false, true, Token);
        string[] changes =
        [
            "UPDATE hospital.visits SET total_cost = total_cost + 1, doctor_id = 1 + visit_id % 60 WHERE visit_id % 7 = 0",
            "UPDATE hospital.visits SET _deleted = NOT _deleted WHERE visit_id % 11 = 0",
            "DELETE FROM hospital.billing_payments WHERE billing_id % 5 = 0",
            "UPDATE hospital.visits SET patient_id = NULL, visit_date = visit_date - interval '400 days' WHERE visit_id % 97 = 0",
            "UPDATE hospital.doctors SET name = name || '!', _deleted = doctor_id % 3 = 0",
            "TRUNCATE hospital.prescriptions",
            "UPDATE hospital.visits SET _deleted = true",
            "UPDATE hospital.visits SET _deleted = false",
        ];

        foreach (var change in changes)
        {
            await warehouse.ApplyAsync(change, Token, "visits", "billing_payments", "doctors", "prescriptions");
            var report = await runner.BuildAllAsync(false, false, Token);
            report.IsGood.ShouldBeTrue();
            var compared = await runner.RebuildAndCompareAsync(Token);
            compared.Marts.Where(mart => !mart.IsEqual).ShouldBeEmpty(change);
            compared.HeldApplies.ShouldBeFalse();
            foreach (var model in report.Models.Where(model => model.Model is "patient_journey" or "doctor_performance"))
            {
                (await warehouse.ScalarAsync($"SELECT count(*) FROM hospital_marts.{model.Model}", Token)).ShouldBe(model.Rows);
            }
        }
    }

    [Fact]
    public async Task Only_what_reads_a_changed_table_is_built()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.FillAsync(200, Token);
        var clock = ManualClock.At("2026-08-28");
        var runner = warehouse.Runner(clock);
        await runner.BuildAllAsync(false, false, Token);

        await warehouse.ApplyAsync("UPDATE hospital.line_canary SET beat = beat + 1", Token, "line_canary");
        Built(await runner.BuildAllAsync(false, false, Token)).ShouldBe(["line_canary"]);
        await warehouse.ApplyAsync("UPDATE hospital.billing_payments SET payment_status = 'Paid'", Token, "billing_payments");
        Built(await runner.BuildAllAsync(false, false, Token)).ShouldBe(
            ["doctor_performance", "hospital_overview", "patient_journey", "patient_spending_analysis", "payment_status_summary", "revenue_by_doctor", "revenue_by_month"]);
        Built(await runner.BuildAllAsync(false, false, Token)).ShouldBeEmpty();

        clock.Now = clock.Now.AddDays(1);
        Built(await runner.BuildAllAsync(false, false, Token)).Where(model => model is "patient_spending_analysis" or "payment_status_summary" or "hospital_overview" or "line_canary")
            .ShouldBe(["hospital_overview", "patient_spending_analysis", "payment_status_summary"]);
        (await warehouse.LinesAsync("SELECT DISTINCT as_of_date FROM hospital_marts.hospital_overview", Token)).ShouldBe(["2026-08-29"]);
        (await warehouse.ScalarAsync("SELECT count(*) FROM hospital_line.model_state WHERE current_version <> (SELECT version FROM hospital_line.signals WHERE name = 'current')", Token)).ShouldBe(0L);
    }

    [Fact]
    public async Task A_failing_test_keeps_the_last_good_version_and_what_is_built_on_it()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("visits", ["1, 1, 1, now(), 'Flu', 10.00"], Token);
        await warehouse.InsertAsync("billing_payments", ["1, 1, 1, '2026-03-10', 10.00, 'Paid'"], Token);
        using var models = new ModelsCopy();
        models.Replace("layers/marts/schema.yml", "  - name: doctor_performance\n", "  - name: doctor_performance\n    data_tests:\n      - only_small\n");
        models.Write("tests/generic/only_small.sql", "{% test only_small(model) %}select 1 as found from {{ model }} where total_revenue > 100{% endtest %}");
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"), models.Folder);
        (await runner.BuildAllAsync(false, true, Token)).IsGood.ShouldBeTrue();

        await warehouse.ApplyAsync("UPDATE hospital.billing_payments SET total_amount = 500", Token, "billing_payments");
        var report = await runner.BuildAllAsync(false, true, Token);
        report.Models.Single(model => model.Model == "doctor_performance").Outcome.ShouldBe(ModelOutcome.Failed);
        report.Models.Single(model => model.Model == "doctor_performance").Detail.ShouldBe("test only_small_doctor_performance (layers/marts/schema.yml:6): 1 rows fail");
        report.Models.Single(model => model.Model == "revenue_by_doctor").Outcome.ShouldBe(ModelOutcome.Held);
        (await warehouse.LinesAsync("SELECT total_revenue FROM hospital_marts.doctor_performance", Token)).ShouldBe(["10.00"]);
        (await warehouse.LinesAsync("SELECT billed_amount FROM hospital_marts.revenue_by_doctor", Token)).ShouldBe(["10.00"]);
        (await warehouse.LinesAsync("SELECT billed_amount FROM hospital_marts.revenue_by_month", Token)).ShouldBe(["500"]);
        (await warehouse.LinesAsync("SELECT status, failures FROM hospital_line.test_results WHERE test = 'only_small_doctor_performance'", Token)).ShouldBe(["fail|1"]);
        (await warehouse.LinesAsync("SELECT ok FROM hospital_line.model_state WHERE model IN ('doctor_performance', 'revenue_by_doctor')", Token)).ShouldBe(["False", "False"]);

        // Without being asked to test: a model that was held back is tested until it passes.
        (await runner.BuildAllAsync(false, false, Token)).Models.Single(model => model.Model == "doctor_performance").Outcome.ShouldBe(ModelOutcome.Failed);
        await warehouse.ApplyAsync("UPDATE hospital.billing_payments SET total_amount = 50", Token, "billing_payments");
        (await runner.BuildAllAsync(false, false, Token)).IsGood.ShouldBeTrue();
        (await warehouse.LinesAsync("SELECT billed_amount FROM hospital_marts.revenue_by_doctor", Token)).ShouldBe(["50"]);
    }

    [Fact]
    public async Task A_broken_model_is_named_and_the_rest_goes_on()
    {
        const string File = "layers/marts/monthly_visit_stats.sql";
        (string Good, string Bad, string Message)[] cases =
        [
            ("from {{ ref('visits') }}", "from {{ ref('visitz') }}", "layers/marts/monthly_visit_stats.sql:9:13: ref: there is no model visitz"),
            ("from {{ ref('visits') }}", "from {{ ref('visits' }}", "layers/marts/monthly_visit_stats.sql:9:26: ',' is expected"),
            ("count(*) as visits", "count(*) as visits, no_such_column", "layers/marts/monthly_visit_stats.sql: column \"no_such_column\" does not exist (SQLSTATE 42703)"),
            ("months.month_start,\n    cast", "months.month_start as some_other_name,\n    cast", "no privacy class (meta: privacy) for column some_other_name in layers/marts/schema.yml"),
        ];
        await using var warehouse = await postgres.WarehouseAsync(Token);
        using var models = new ModelsCopy();
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"), models.Folder);
        await warehouse.InsertAsync("visits", ["1000, 1, 1, '2026-03-01T00:00Z', 'Flu', 10.00"], Token);
        await runner.BuildAllAsync(false, false, Token);
        for (var i = 0; i < cases.Length; i++)
        {
            var (good, bad, message) = cases[i];
            models.Replace(File, good, bad);
            await warehouse.InsertAsync("visits", [$"{i}, 1, 1, '2026-03-02T00:00Z', 'Flu', 10.00"], Token);
            var report = await runner.BuildAllAsync(false, false, Token);
            string.Join("\n", report.Problems.Select(problem => problem.ToString()).Concat(report.Models.Select(model => model.Detail))).ShouldContain(message);
            report.IsGood.ShouldBeFalse();
            (await warehouse.LinesAsync("SELECT total_visits FROM hospital_marts.monthly_visit_stats", Token)).ShouldBe([$"{i + 1}"]);
            (await warehouse.LinesAsync("SELECT total_visits FROM hospital_marts.doctor_performance", Token)).ShouldBe([$"{i + 2}"]);

            models.Replace(File, bad, good);
            (await runner.BuildAllAsync(false, false, Token)).IsGood.ShouldBeTrue();
            (await warehouse.LinesAsync("SELECT total_visits FROM hospital_marts.monthly_visit_stats", Token)).ShouldBe([$"{i + 2}"]);
        }
    }

    [Fact]
    public async Task A_repeated_grain_is_refused()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("visits", ["1, 1, 1, now(), 'Flu', 10.00"], Token);
        await warehouse.InsertAsync("line_canary", ["1, 1, now()"], Token);
        using var models = new ModelsCopy();
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"), models.Folder);
        await runner.BuildAllAsync(false, false, Token);

        models.Replace("layers/marts/line_canary.sql", "from {{ ref('_hospital_line_canary') }}", "from {{ ref('_hospital_line_canary') }} cross join (select 1 union all select 2) as twice");
        var report = await runner.BuildAllAsync(false, false, Token);
        report.Models.Single(model => model.Model == "line_canary").Detail.ShouldContain("two rows have the same key (canary_id)");
        (await warehouse.ScalarAsync("SELECT count(*) FROM hospital_marts.line_canary", Token)).ShouldBe(1L);
    }

    [Fact]
    public async Task An_edited_model_takes_its_new_columns_in_one_step()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("line_canary", ["1, 7, now()"], Token);
        using var models = new ModelsCopy();
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"), models.Folder);
        await runner.BuildAllAsync(false, false, Token);
        models.Replace("layers/marts/line_canary.sql", "    beat,\n", "    beat,\n    beat * 2 as twice,\n");
        models.Replace("layers/staging/base/_hospital_line_canary.sql", "    beat,\n", "    cast(beat as integer) as beat,\n");
        models.Replace("layers/marts/schema.yml", "      - name: beat_at\n", "      - name: twice\n        config:\n          meta:\n            privacy: operational\n      - name: beat_at\n");

        var report = await runner.BuildAllAsync(false, false, Token);
        report.IsGood.ShouldBeTrue(string.Join("\n", report.Models.Select(model => model.Detail)));
        (await warehouse.LinesAsync("SELECT twice FROM hospital_marts.line_canary", Token)).ShouldBe(["14"]);
        (await runner.RebuildAndCompareAsync(Token)).IsEqual.ShouldBeTrue();
    }

    [Fact]
    public async Task A_table_that_someone_dropped_or_dbt_remade_comes_back()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("line_canary", ["1, 7, now()"], Token);
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"));
        await runner.BuildAllAsync(false, false, Token);
        foreach (var damage in (string[])["DROP TABLE hospital_marts.line_canary", "DROP TABLE hospital_marts.line_canary; CREATE TABLE hospital_marts.line_canary AS SELECT * FROM hospital_staging._hospital_line_canary"])
        {
            await warehouse.RunAsync(damage, Token);
            await warehouse.ApplyAsync("UPDATE hospital.line_canary SET beat = beat + 1", Token, "line_canary");
            await runner.BuildAllAsync(false, false, Token);
            (await runner.BuildAllAsync(false, false, Token)).IsGood.ShouldBeTrue(damage);
            (await runner.RebuildAndCompareAsync(Token)).IsEqual.ShouldBeTrue(damage);
        }
    }

    [Fact]
    public async Task Readers_are_never_blocked_and_see_whole_versions_only()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.FillAsync(500, Token);
        var runner = warehouse.Runner(ManualClock.At("2026-08-28"));
        await runner.BuildAllAsync(false, false, Token);

        // A reader holds its lock on a mart through a whole cycle, and another reads while the cycle's transaction is open.
        await using var reader = await warehouse.Source.OpenConnectionAsync(Token);
        await using var reading = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Token);
        var before = await SumAsync(reader);
        await warehouse.ApplyAsync("UPDATE hospital.visits SET total_cost = 1", Token, "visits");
        (await runner.BuildAllAsync(false, false, Token)).IsGood.ShouldBeTrue();
        (await SumAsync(reader)).ShouldBe(before);
        await reading.CommitAsync(Token);
        (await SumAsync(reader)).ShouldBe(await warehouse.ScalarAsync("SELECT sum(1) FROM hospital.visits WHERE NOT _deleted", Token));

        static async Task<object?> SumAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand("SELECT cast(sum(visit_cost) as bigint) FROM hospital_marts.patient_journey", connection) { CommandTimeout = 20 };
            return await command.ExecuteScalarAsync(Token);
        }
    }

    [Fact]
    public async Task A_heavy_model_rests_and_what_reads_it_waits_with_it()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.FillAsync(1_000, Token);
        var clock = ManualClock.At("2026-08-28");
        var runner = warehouse.Runner(clock);
        var pace = new Pace(clock, new TransformOptions { MaxLoad = 0.05, MaxRest = TimeSpan.FromHours(1) });
        (await runner.BuildPacedAsync(pace, Token)).IsGood.ShouldBeTrue();
        pace.Built("doctor_performance", TimeSpan.FromSeconds(5));

        await warehouse.ApplyAsync("UPDATE hospital.billing_payments SET total_amount = 1, billing_date = '2026-01-01'", Token, "billing_payments");
        var report = await runner.BuildPacedAsync(pace, Token);
        report.Models.Single(model => model.Model == "doctor_performance").Outcome.ShouldBe(ModelOutcome.Deferred);
        report.Models.Single(model => model.Model == "revenue_by_doctor").Outcome.ShouldBe(ModelOutcome.Deferred);

        // Verify does not wait for the rest: it brings the marts up to current itself.
        var compared = await runner.RebuildAndCompareAsync(Token);
        compared.IsEqual.ShouldBeTrue();
        compared.HeldApplies.ShouldBeTrue();
        (await warehouse.ScalarAsync("SELECT DISTINCT billed_amount = bill_count FROM hospital_marts.revenue_by_doctor", Token)).ShouldBe(true);
    }

    private static string[] Built(BuildReport report) =>
        [.. report.Models.Where(model => model.Outcome == ModelOutcome.Built && !model.Model.StartsWith('_')).Select(model => model.Model).Order(StringComparer.Ordinal)];
}
