namespace HospitalStreaming.Dashboard.Tiles.Queries;

/// <summary>Tiles of doctors: the league table, and one doctor's months, diagnoses and visits. Doctor -1 holds what names no doctor.</summary>
internal static class DoctorTiles
{
    private const string OneDoctor = "coalesce(doctor_id, -1) = @doctor and visit_day between @from and @to";

    public static IReadOnlyList<TileDefinition> All { get; } =
    [
        new("doctors", ["patient_journey", "doctor_performance"], d => $"""
            select j.doctor_id, j.doctor_name, j.specialization, p.experience_years, j.total_visits, j.unique_patients, j.total_visit_cost, j.avg_visit_cost,
                   j.total_revenue, j.total_paid, j.total_outstanding, {TileDialect.Percent("j.total_paid", "j.total_revenue")} as collection_rate,
                   j.total_prescriptions, j.last_visit_date
            from (
                select coalesce(doctor_id, -1) as doctor_id, max(doctor_name) as doctor_name, max(specialization) as specialization, count(*) as total_visits,
                       count(distinct patient_id) as unique_patients, sum(visit_cost) as total_visit_cost, round(avg(visit_cost), 2) as avg_visit_cost,
                       sum(billed_amount) as total_revenue, sum(paid_amount) as total_paid, sum(outstanding_amount) as total_outstanding,
                       sum(prescription_count) as total_prescriptions, max(visit_day) as last_visit_date
                from {d.Marts}.patient_journey
                where (@hospital = '' or hospital_id = @hospital) and visit_day between @from and @to
                group by coalesce(doctor_id, -1)
            ) as j
            left join {d.Marts}.doctor_performance as p on p.doctor_id = j.doctor_id
            order by j.total_revenue desc, j.doctor_id limit 2000
            """,
            ["doctor_performance"], d => $"""
            select doctor_id, doctor_name, specialization, experience_years, total_visits, unique_patients, total_visit_cost, avg_visit_cost,
                   total_revenue, total_paid, total_outstanding, collection_rate, total_prescriptions, last_visit_date
            from {d.Marts}.doctor_performance
            where (@hospital = '' or hospital_id = @hospital)
            order by total_revenue desc, doctor_id limit 2000
            """),
        new("doctor", ["doctor_performance"], d => $"""
            select doctor_id, doctor_name, specialization, experience_years, experience_level, total_visits, unique_patients, total_revenue, first_visit_date, last_visit_date
            from {d.Marts}.doctor_performance where doctor_id = @doctor limit 1
            """),
        new("doctor-months", ["patient_journey"], d => $"""
            select {d.Month("visit_day")} as month_start, count(*) as total_visits, count(distinct patient_id) as unique_patients, sum(visit_cost) as total_visit_cost,
                   sum(billed_amount) as billed_amount, sum(paid_amount) as paid_amount, sum(outstanding_amount) as outstanding_amount
            from {d.Marts}.patient_journey where {OneDoctor}
            group by {d.Month("visit_day")} order by 1 limit 1200
            """),
        new("doctor-diagnoses", ["patient_journey"], d => $"""
            select diagnosis, count(*) as visit_count, count(distinct patient_id) as unique_patients, sum(visit_cost) as total_visit_cost,
                   round(avg(visit_cost), 2) as avg_visit_cost
            from {d.Marts}.patient_journey where {OneDoctor}
            group by diagnosis order by visit_count desc, diagnosis limit 500
            """),
        new("doctor-visits", ["patient_journey"], d => $"""
            select visit_id, visit_date, patient_id, diagnosis, visit_cost, prescription_count, billed_amount, paid_amount, outstanding_amount, payment_status
            from {d.Marts}.patient_journey where {OneDoctor}
            order by visit_date desc, visit_id desc limit 500
            """),
    ];
}
