using HospitalStreaming.Tests.Conformance.Transform.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform;

/// <summary>The defects of seed 003's marts (research/transform-dashboards.md, section e), each on the smallest data that shows it.</summary>
[Collection(TransformCollection.Name)]
public sealed class MartsDefectTests(LabPostgres postgres)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Facts_never_multiply_each_other()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("doctors", ["1, 'A', 'Cardiology', 12, 'x'"], Token);
        await warehouse.InsertAsync("patients", ["1, 'P', '1990-01-01', 'F', 'A+', 'x', 'y'"], Token);
        await warehouse.InsertAsync("medicines", ["1, 'M', 'C', 'F', 2.50"], Token);
        await warehouse.InsertAsync("visits", [.. Enumerable.Range(1, 30).Select(i => $"{i}, 1, 1, '2026-03-0{1 + (i % 9)}T10:00Z', 'Flu', 100.10")], Token);
        await warehouse.InsertAsync("billing_payments", [.. Enumerable.Range(1, 60).Select(i => $"{i}, 1, {1 + (i % 30)}, '2026-03-10', 10.01, 'Paid'")], Token);
        await warehouse.InsertAsync("prescriptions", [.. Enumerable.Range(1, 90).Select(i => $"{i}, 1, 1, 1, '1 tablet', '2 days', {1 + (i % 30)}, now(), null")], Token);
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT total_visits, unique_patients, total_visit_cost, total_bills, total_revenue, total_paid, total_prescriptions, total_prescription_value FROM hospital_marts.doctor_performance", Token))
            .ShouldBe(["30|1|3003.00|60|600.60|600.60|90|450.00"]);
        (await warehouse.LinesAsync("SELECT total_visits, total_visit_cost, total_bills, total_billed, total_outstanding, total_prescriptions FROM hospital_marts.patient_spending_analysis", Token))
            .ShouldBe(["30|3003.00|60|600.60|0.00|90"]);
        (await warehouse.LinesAsync("SELECT count(*), sum(billed_amount), sum(prescription_count) FROM hospital_marts.patient_journey", Token)).ShouldBe(["30|600.60|90"]);
        (await warehouse.LinesAsync("SELECT billed_amount, share_of_revenue, revenue_rank FROM hospital_marts.revenue_by_doctor", Token)).ShouldBe(["600.60|100.00|1"]);
    }

    [Fact]
    public async Task Durations_are_understood_or_null_never_guessed()
    {
        (string Written, string Days)[] cases =
        [
            ("1 week", "7"),
            ("2 weeks", "14"),
            ("3 days", "3"),
            ("1 day", "1"),
            ("1 month", "30"),
            (" 2 Months ", "60"),
            ("1 year", "365"),
            ("5/7", "5"),
            ("2/52", "14"),
            ("10days", "10"),
            ("week", "null"),
            ("as needed", "null"),
            ("3 tablets", "null"),
            ("12345 days", "null"),
        ];
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("prescriptions", [.. cases.Select((each, i) => $"{i}, 1, 1, 1, '1 tablet', '{each.Written}', 1, now(), null")], Token);
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT duration, duration_days FROM hospital_staging.prescriptions ORDER BY prescription_id", Token))
            .ShouldBe(cases.Select(each => $"{each.Written}|{each.Days}"));
    }

    [Fact]
    public async Task Dosages_count_in_the_value_of_a_prescription()
    {
        (string Written, string Units)[] cases =
        [
            ("2 tablets", "2"),
            ("1 capsule twice a day", "2"),
            ("1 tablet at night", "1"),
            ("0.5 tablet", "0.5"),
            ("10 ml every 8 hours", "30"),
            ("500 mg", "null"),
            ("2 puffs as needed", "null"),
        ];
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("medicines", ["1, 'M', 'C', 'F', 3.00"], Token);
        await warehouse.InsertAsync("prescriptions", [.. cases.Select((each, i) => $"{i}, 1, 1, 1, '{each.Written}', '1 week', 1, now(), null")], Token);
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT dosage, trim_scale(prescription_value / 21) FROM hospital_intermediate.prescriptions_enhanced ORDER BY prescription_id", Token))
            .ShouldBe(cases.Select(each => $"{each.Written}|{each.Units}"));
    }

    [Fact]
    public async Task Age_is_completed_years_on_the_clock()
    {
        (string? Born, string Age, string Group)[] cases =
        [
            ("1990-08-28", "36", "18-40"),
            ("1990-08-29", "35", "18-40"),
            ("2008-08-29", "17", "0-17"),
            ("2008-08-28", "18", "18-40"),
            ("2026-08-29", "null", "Unknown"),
            (null, "null", "Unknown"),
        ];
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("patients", [.. cases.Select((each, i) => $"{i}, 'P', {(each.Born is null ? "null" : $"'{each.Born}'")}, 'F', 'A+', 'x', 'y'")], Token);
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT age, age_group FROM hospital_marts.patient_spending_analysis ORDER BY patient_id", Token))
            .ShouldBe(cases.Select(each => $"{each.Age}|{each.Group}"));
    }

    [Fact]
    public async Task Someone_born_on_29_February_is_older_on_1_March()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("patients", ["1, 'P', '2000-02-29', 'F', 'A+', 'x', 'y'"], Token);
        foreach (var (today, age) in new[] { ("2027-02-28", "26"), ("2027-03-01", "27"), ("2028-02-29", "28") })
        {
            await warehouse.Runner(ManualClock.At(today)).BuildAllAsync(false, false, Token);
            (await warehouse.LinesAsync("SELECT age FROM hospital_marts.patient_spending_analysis", Token)).ShouldBe([age], today);
        }
    }

    [Fact]
    public async Task Orphans_keep_their_keys_and_their_place_in_the_sums()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("visits", ["1, 77, 88, '2026-03-01T10:00Z', null, 50.00", "2, null, null, '2026-03-01T10:00Z', 'Flu', 30.00"], Token);
        await warehouse.InsertAsync("billing_payments", ["1, 99, 555, '2026-03-10', 10.00, null", "2, null, null, '2026-03-10', 5.00, 'Paid'"], Token);
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT visit_id, patient_id, doctor_id, patient_name, doctor_name, diagnosis, visit_number FROM hospital_marts.patient_journey ORDER BY 1", Token))
            .ShouldBe(["1|77|88|Unknown patient|Unknown doctor|Not recorded|1", "2|null|null|Unknown patient|Unknown doctor|Flu|null"]);
        (await warehouse.LinesAsync("SELECT doctor_id, doctor_name, total_visits, total_revenue FROM hospital_marts.doctor_performance ORDER BY 1", Token))
            .ShouldBe(["-1|No doctor recorded|1|15.00", "88|Unknown doctor|1|0"]);
        (await warehouse.LinesAsync("SELECT patient_id, patient_name, total_visits, total_billed, total_outstanding FROM hospital_marts.patient_spending_analysis ORDER BY 1", Token))
            .ShouldBe(["-1|No patient recorded|1|5.00|0.00", "77|Unknown patient|1|0|0", "99|Unknown patient|0|10.00|10.00"]);
    }

    [Fact]
    public async Task A_month_without_a_visit_or_bill_is_a_row_of_zeros()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("visits", ["1, 1, 1, '2025-11-30T23:59Z', 'Flu', 400.00", "2, 1, 1, '2026-02-01T00:00Z', 'Flu', 100.00"], Token);
        await warehouse.InsertAsync("billing_payments", ["1, 1, 1, '2025-12-31', 10.00, 'Paid'", "2, 1, 2, '2026-02-01', 5.00, 'Pending'"], Token);
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT month_start, visit_year, visit_month, total_visits, total_visit_cost, pct_high_cost_visits FROM hospital_marts.monthly_visit_stats ORDER BY 1", Token))
            .ShouldBe(["2025-11-01|2025|11|1|400.00|100.00", "2025-12-01|2025|12|0|0|null", "2026-01-01|2026|1|0|0|null", "2026-02-01|2026|2|1|100.00|0.00"]);
        (await warehouse.LinesAsync("SELECT month_start, billed_amount, paid_amount, outstanding_amount FROM hospital_marts.revenue_by_month ORDER BY 1", Token))
            .ShouldBe(["2025-12-01|10.00|10.00|0.00", "2026-01-01|0|0|0", "2026-02-01|5.00|0|5.00"]);
    }

    [Fact]
    public async Task A_bill_without_a_status_is_outstanding_and_ages_from_its_date()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("billing_payments",
            ["1, 1, 1, '2026-08-28', 10.00, null", "2, 1, 1, '2026-07-29', 20.00, 'Pending'", "3, 1, 1, '2026-07-28', 30.00, 'Pending'", "4, 1, 1, '2020-01-01', 40.00, 'Unpaid'", "5, 1, 1, '2020-01-01', 50.00, 'Paid'", "6, 1, 1, null, 60.00, '  '"], Token);
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT payment_status, aging_bucket, bucket_order, outstanding_amount FROM hospital_marts.payment_status_summary ORDER BY bucket_order, payment_status", Token))
            .ShouldBe(["Paid|Settled|0|0", "Not recorded|0-30|1|10.00", "Pending|0-30|1|20.00", "Pending|31-60|2|30.00", "Unpaid|120+|5|40.00", "Not recorded|No date|6|60.00"]);
        (await warehouse.LinesAsync("SELECT total_billed, total_paid, total_outstanding, collection_rate FROM hospital_marts.hospital_overview WHERE hospital_id = 'all'", Token))
            .ShouldBe(["210.00|50.00|160.00|23.81"]);
    }

    [Fact]
    public async Task Unknown_figures_are_never_a_category_of_known_ones()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("doctors", ["1, 'A', 'X', null, 'x'", "2, 'B', 'X', 9, 'x'", "3, 'C', 'X', 10, 'x'", "4, 'D', 'X', 20, 'x'"], Token);
        await warehouse.InsertAsync("visits", ["1, 1, 1, now(), 'Flu', null", "2, 1, 1, now(), 'Flu', 199.99", "3, 1, 1, now(), 'Flu', 200.00", "4, 1, 1, now(), 'Flu', 400.00"], Token);
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT experience_level FROM hospital_marts.doctor_performance ORDER BY doctor_id", Token)).ShouldBe(["Unknown", "Junior", "Mid-level", "Senior"]);
        (await warehouse.LinesAsync("SELECT cost_category FROM hospital_marts.patient_journey ORDER BY visit_id", Token)).ShouldBe(["Unknown", "Low-cost visit", "Medium-cost visit", "High-cost visit"]);
        (await warehouse.LinesAsync("SELECT avg_visit_cost FROM hospital_marts.doctor_performance WHERE doctor_id = 1", Token)).ShouldBe(["266.66"]);
    }

    [Fact]
    public async Task Deleted_rows_are_in_no_mart()
    {
        await using var warehouse = await postgres.WarehouseAsync(Token);
        await warehouse.InsertAsync("visits", ["1, 1, 1, now(), 'Flu', 10.00", "2, 1, 1, now(), 'Flu', 20.00"], Token);
        await BuildAsync(warehouse);
        await warehouse.ApplyAsync("UPDATE hospital.visits SET _deleted = true WHERE visit_id = 2", Token, "visits");
        await BuildAsync(warehouse);

        (await warehouse.LinesAsync("SELECT visits, total_visit_cost FROM hospital_marts.hospital_overview WHERE hospital_id = 'all'", Token)).ShouldBe(["1|10.00"]);
        (await warehouse.LinesAsync("SELECT visit_id FROM hospital_marts.patient_journey", Token)).ShouldBe(["1"]);
    }

    private static async Task BuildAsync(TestWarehouse warehouse)
    {
        var report = await warehouse.Runner(ManualClock.At("2026-08-28")).BuildAllAsync(everything: false, test: true, Token);
        report.IsGood.ShouldBeTrue(string.Join("\n", report.Models.Where(model => model.Detail.Length > 0).Select(model => $"{model.Model}: {model.Detail}").Concat(report.Problems.Select(problem => problem.ToString()))));
    }
}
