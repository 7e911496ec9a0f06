namespace HospitalStreaming.Dashboard.Tiles.Queries;

/// <summary>Tiles of patients. No name, contact or insurance column is ever selected: a patient is a number here.</summary>
internal static class PatientTiles
{
    /// <summary>Width of the finest spending band; the page joins bands to a readable number of bars.</summary>
    private const string BandWidth = "100";

    public static IReadOnlyList<TileDefinition> All { get; } =
    [
        new("spending-bands", ["patient_journey"], d => $"""
            select {d.Whole($"floor(billed / {BandWidth}) * {BandWidth}")} as band_from, count(*) as patients, sum(billed) as total_billed
            from (
                select patient_id, sum(billed_amount) as billed from {d.Marts}.patient_journey
                where patient_id >= 0 and (@hospital = '' or hospital_id = @hospital) and visit_day between @from and @to
                group by patient_id
            ) as spending
            group by {d.Whole($"floor(billed / {BandWidth}) * {BandWidth}")} order by 1 limit 5000
            """,
            ["patient_spending_analysis"], d => $"""
            select {d.Whole($"floor(total_billed / {BandWidth}) * {BandWidth}")} as band_from, count(*) as patients, sum(total_billed) as total_billed
            from {d.Marts}.patient_spending_analysis
            where patient_id >= 0 and (@hospital = '' or hospital_id = @hospital)
            group by {d.Whole($"floor(total_billed / {BandWidth}) * {BandWidth}")} order by 1 limit 5000
            """),
        new("top-patients", ["patient_journey", "patient_spending_analysis"], d => $"""
            select j.patient_id, s.age_group, j.total_visits, j.total_visit_cost, j.total_billed, j.total_paid, j.total_outstanding, j.total_prescriptions, j.last_visit_date
            from (
                select patient_id, count(*) as total_visits, sum(visit_cost) as total_visit_cost, sum(billed_amount) as total_billed, sum(paid_amount) as total_paid,
                       sum(outstanding_amount) as total_outstanding, sum(prescription_count) as total_prescriptions, max(visit_day) as last_visit_date
                from {d.Marts}.patient_journey
                where patient_id >= 0 and (@hospital = '' or hospital_id = @hospital) and visit_day between @from and @to
                group by patient_id order by total_billed desc, patient_id limit 200
            ) as j
            left join {d.Marts}.patient_spending_analysis as s on s.patient_id = j.patient_id
            order by j.total_billed desc, j.patient_id limit 200
            """,
            ["patient_spending_analysis"], d => $"""
            select patient_id, age_group, total_visits, total_visit_cost, total_billed, total_paid, total_outstanding, total_prescriptions, last_visit_date
            from {d.Marts}.patient_spending_analysis
            where patient_id >= 0 and (@hospital = '' or hospital_id = @hospital)
            order by total_billed desc, patient_id limit 200
            """),
        new("patient-ages", ["patient_spending_analysis"], d => $"""
            select age_group, count(*) as patients, sum(total_visits) as total_visits, sum(total_billed) as total_billed, sum(total_outstanding) as total_outstanding
            from {d.Marts}.patient_spending_analysis
            where patient_id >= 0 and (@hospital = '' or hospital_id = @hospital)
            group by age_group order by age_group limit 20
            """),
        new("patient", ["patient_spending_analysis"], d => $"""
            select patient_id, hospital_id, age_group, total_visits, total_visit_cost, avg_visit_cost, total_bills, total_billed, total_paid, total_outstanding,
                   total_prescriptions, total_prescription_value, first_visit_date, last_visit_date
            from {d.Marts}.patient_spending_analysis where patient_id = @patient limit 1
            """),
        new("patient-visits", ["patient_journey"], d => $"""
            select visit_id, visit_date, visit_number, doctor_id, doctor_name, specialization, diagnosis, visit_cost, cost_category, prescription_count, medicines,
                   prescription_value, billed_amount, paid_amount, outstanding_amount, payment_status, days_since_previous_visit, days_to_bill
            from {d.Marts}.patient_journey where patient_id = @patient
            order by visit_date desc, visit_id desc limit 500
            """),
    ];
}
