namespace HospitalStreaming.Dashboard.Tiles.Queries;

/// <summary>Tiles of the whole hospital.</summary>
internal static class OverviewTiles
{
    public static IReadOnlyList<TileDefinition> All { get; } =
    [
        new("hospitals", ["hospital_overview"], d => $"""
            select hospital_id, visits, patients, doctors from {d.Marts}.hospital_overview
            where hospital_id <> 'all' order by hospital_id limit 1000
            """),
        new("overview", ["hospital_overview"], d => $"""
            select hospital_id, as_of_date, patients, doctors, medicines, visits, visits_today, visits_7d, visits_30d, visits_previous_30d,
                   total_visit_cost, avg_visit_cost, bills, total_billed, total_paid, total_outstanding, collection_rate, avg_bill_amount,
                   billed_this_month, billed_last_month, prescriptions, stopped_prescriptions, total_prescription_value, first_visit_date, last_visit_at
            from {d.Marts}.hospital_overview
            where hospital_id = case when @hospital = '' then 'all' else @hospital end limit 1
            """),
        new("revenue-by-month", ["revenue_by_month"], d => $"""
            select month_start, sum(bill_count) as bill_count, sum(paid_bill_count) as paid_bill_count, sum(billed_amount) as billed_amount,
                   sum(paid_amount) as paid_amount, sum(outstanding_amount) as outstanding_amount
            from {d.Marts}.revenue_by_month
            where (@hospital = '' or hospital_id = @hospital) and month_start between {d.Month("@from")} and @to
            group by month_start order by month_start limit 1200
            """),
        new("visits-by-month", ["monthly_visit_stats"], d => $"""
            select month_start, sum(total_visits) as total_visits, sum(unique_patients) as unique_patients, sum(total_visit_cost) as total_visit_cost
            from {d.Marts}.monthly_visit_stats
            where (@hospital = '' or hospital_id = @hospital) and month_start between {d.Month("@from")} and @to
            group by month_start order by month_start limit 1200
            """),
        new("diagnoses", ["patient_journey"], d => $"""
            select diagnosis, count(*) as visit_count, count(distinct patient_id) as unique_patients, sum(visit_cost) as total_visit_cost,
                   round(avg(visit_cost), 2) as avg_visit_cost
            from {d.Marts}.patient_journey
            where (@hospital = '' or hospital_id = @hospital) and visit_day between @from and @to
            group by diagnosis order by visit_count desc, diagnosis limit 500
            """,
            ["diagnosis_distribution"], d => $"""
            select diagnosis, sum(visit_count) as visit_count, sum(unique_patients) as unique_patients, sum(total_visit_cost) as total_visit_cost,
                   round(sum(total_visit_cost) / nullif(sum(visit_count), 0), 2) as avg_visit_cost
            from {d.Marts}.diagnosis_distribution
            where (@hospital = '' or hospital_id = @hospital)
            group by diagnosis order by visit_count desc, diagnosis limit 500
            """),
        new("payment-status", ["payment_status_summary"], d => $"""
            select payment_status, aging_bucket, min(bucket_order) as bucket_order, sum(bill_count) as bill_count, sum(billed_amount) as billed_amount,
                   sum(paid_amount) as paid_amount, sum(outstanding_amount) as outstanding_amount, min(oldest_billing_date) as oldest_billing_date
            from {d.Marts}.payment_status_summary
            where (@hospital = '' or hospital_id = @hospital)
            group by payment_status, aging_bucket order by bucket_order, payment_status limit 500
            """),
    ];
}
