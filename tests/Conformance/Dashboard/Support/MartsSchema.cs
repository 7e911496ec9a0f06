namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>The marts as the transform role makes them, and how the others follow from the journey; for tests and development only.</summary>
internal static class MartsSchema
{
    public const string Tables = """
        create schema hospital_marts;
        create schema hospital_line;
        create table hospital_line.signals (name text primary key, version bigint not null, changed_at timestamptz not null);
        create table hospital_line.model_state (model text primary key, schema_name text, kind text, built_at timestamptz, rows bigint, took_ms bigint,
            changed_rows bigint, current_version bigint, as_of date, ok boolean, detail text, inputs text);
        create table hospital_line.test_results (test text primary key, model text, severity text, status text, failures bigint, ran_at timestamptz, took_ms bigint, detail text);
        create table hospital_marts.line_canary (canary_id bigint primary key, beat bigint not null, beat_at timestamptz not null);
        create table hospital_marts.patient_journey (visit_id bigint primary key, hospital_id text, visit_date timestamptz, visit_day date, patient_id bigint, patient_name text,
            gender text, age_at_visit int, doctor_id bigint, doctor_name text, specialization text, diagnosis text, visit_cost numeric(12,2), cost_category text,
            visit_number bigint, total_visits_for_patient bigint, days_since_previous_visit int, has_prescription boolean, prescription_count bigint, medicines text,
            prescription_value numeric(12,2), unpriced_prescriptions bigint, bill_count bigint, first_billing_date date, billed_amount numeric(12,2), paid_amount numeric(12,2),
            outstanding_amount numeric(12,2), payment_status text, days_to_bill int, total_episode_cost numeric(12,2));
        create table hospital_marts.doctors (doctor_id bigint primary key, hospital_id text, doctor_name text, specialization text, experience_years int);
        create table hospital_marts.patients (patient_id bigint primary key, hospital_id text, patient_name text, gender text, age_group text);
        """;

    private static readonly (string Name, string Sql)[] Marts =
    [
        ("revenue_by_month", """
            select hospital_id, cast(date_trunc('month', first_billing_date) as date) as month_start, sum(bill_count)::bigint as bill_count,
                   sum(bill_count) filter (where payment_status = 'Paid')::bigint as paid_bill_count, sum(billed_amount) as billed_amount, sum(paid_amount) as paid_amount,
                   sum(outstanding_amount) as outstanding_amount, round(100 * sum(paid_amount) / nullif(sum(billed_amount), 0), 2) as collection_rate
            from hospital_marts.patient_journey where first_billing_date is not null group by 1, 2
            """),
        ("monthly_visit_stats", """
            select hospital_id, cast(date_trunc('month', visit_day) as date) as month_start, extract(year from min(visit_day))::int as visit_year,
                   extract(month from min(visit_day))::int as visit_month, count(*) as total_visits, count(distinct patient_id) as unique_patients,
                   count(distinct doctor_id) as unique_doctors, sum(visit_cost) as total_visit_cost, round(avg(visit_cost), 2) as avg_visit_cost
            from hospital_marts.patient_journey group by 1, 2
            """),
        ("diagnosis_distribution", """
            select hospital_id, diagnosis, count(*) as visit_count, count(distinct patient_id) as unique_patients, sum(visit_cost) as total_visit_cost,
                   round(avg(visit_cost), 2) as avg_visit_cost, 0::numeric as share_of_visits, max(visit_day) as last_visit_date
            from hospital_marts.patient_journey group by 1, 2
            """),
        ("payment_status_summary", """
            select hospital_id, status as payment_status, bucket as aging_bucket, min(bucket_order) as bucket_order, count(*) as bill_count, sum(billed_amount) as billed_amount,
                   sum(paid_amount) as paid_amount, sum(outstanding_amount) as outstanding_amount, min(first_billing_date) as oldest_billing_date
            from (select *, case when payment_status = 'Paid' then 'Paid' when visit_id % 3 = 0 then 'Unpaid' else 'Pending' end as status,
                   case when payment_status = 'Paid' then 'Settled' when age <= 30 then '0-30' when age <= 60 then '31-60' when age <= 90 then '61-90' when age <= 120 then '91-120' else '120+' end as bucket,
                   case when payment_status = 'Paid' then 0 when age <= 30 then 1 when age <= 60 then 2 when age <= 90 then 3 when age <= 120 then 4 else 5 end as bucket_order
                  from (select *, current_date - first_billing_date as age from hospital_marts.patient_journey where bill_count > 0) as aged) as billed
            group by 1, 2, 3
            """),
        ("doctor_performance", """
            select d.doctor_id, d.hospital_id, d.doctor_name, d.specialization, d.experience_years,
                   case when d.experience_years < 8 then 'Junior' when d.experience_years < 16 then 'Mid-level' else 'Senior' end as experience_level,
                   count(j.visit_id) as total_visits, count(distinct j.patient_id) as unique_patients, coalesce(sum(j.visit_cost), 0) as total_visit_cost,
                   round(avg(j.visit_cost), 2) as avg_visit_cost, coalesce(sum(j.billed_amount), 0) as total_revenue, coalesce(sum(j.paid_amount), 0) as total_paid,
                   coalesce(sum(j.outstanding_amount), 0) as total_outstanding, round(100 * sum(j.paid_amount) / nullif(sum(j.billed_amount), 0), 2) as collection_rate,
                   coalesce(sum(j.prescription_count), 0)::bigint as total_prescriptions, min(j.visit_day) as first_visit_date, max(j.visit_day) as last_visit_date
            from hospital_marts.doctors d left join hospital_marts.patient_journey j on j.doctor_id = d.doctor_id group by 1, 2, 3, 4, 5, 6
            """),
        ("revenue_by_doctor", """
            select d.doctor_id, d.hospital_id, d.doctor_name, d.specialization, coalesce(sum(j.bill_count), 0)::bigint as bill_count, coalesce(sum(j.billed_amount), 0) as billed_amount,
                   coalesce(sum(j.paid_amount), 0) as paid_amount, coalesce(sum(j.outstanding_amount), 0) as outstanding_amount,
                   round(100 * sum(j.paid_amount) / nullif(sum(j.billed_amount), 0), 2) as collection_rate
            from hospital_marts.doctors d left join hospital_marts.patient_journey j on j.doctor_id = d.doctor_id group by 1, 2, 3, 4
            """),
        ("patient_spending_analysis", """
            select p.patient_id, p.hospital_id, p.patient_name, p.gender, p.age_group, count(j.visit_id) as total_visits, coalesce(sum(j.visit_cost), 0) as total_visit_cost,
                   round(avg(j.visit_cost), 2) as avg_visit_cost, coalesce(sum(j.bill_count), 0)::bigint as total_bills, coalesce(sum(j.billed_amount), 0) as total_billed,
                   coalesce(sum(j.paid_amount), 0) as total_paid, coalesce(sum(j.outstanding_amount), 0) as total_outstanding,
                   coalesce(sum(j.prescription_count), 0)::bigint as total_prescriptions, coalesce(sum(j.prescription_value), 0) as total_prescription_value,
                   min(j.visit_day) as first_visit_date, max(j.visit_day) as last_visit_date
            from hospital_marts.patients p left join hospital_marts.patient_journey j on j.patient_id = p.patient_id group by 1, 2, 3, 4, 5
            """),
        ("hospital_overview", """
            select coalesce(j.hospital_id, 'all') as hospital_id, current_date as as_of_date, count(distinct patient_id) as patients, count(distinct doctor_id) as doctors,
                   18::bigint as medicines, count(*) as visits, count(*) filter (where visit_day = current_date) as visits_today,
                   count(*) filter (where visit_day > current_date - 7) as visits_7d, count(*) filter (where visit_day > current_date - 30) as visits_30d,
                   count(*) filter (where visit_day between current_date - 59 and current_date - 30) as visits_previous_30d, sum(visit_cost) as total_visit_cost,
                   round(avg(visit_cost), 2) as avg_visit_cost, sum(bill_count)::bigint as bills, sum(billed_amount) as total_billed, sum(paid_amount) as total_paid,
                   sum(outstanding_amount) as total_outstanding, round(100 * sum(paid_amount) / nullif(sum(billed_amount), 0), 2) as collection_rate,
                   round(sum(billed_amount) / nullif(sum(bill_count), 0), 2) as avg_bill_amount, 0::numeric as billed_this_month, 0::numeric as billed_last_month,
                   sum(prescription_count)::bigint as prescriptions, 0::bigint as stopped_prescriptions, sum(prescription_value) as total_prescription_value,
                   min(visit_day) as first_visit_date, max(visit_date) as last_visit_at
            from hospital_marts.patient_journey j group by grouping sets ((j.hospital_id), ())
            """),
    ];

    /// <summary>Makes every other mart anew from the journey and says so, as one publication.</summary>
    public static string Rebuild { get; } = string.Join('\n', Marts.Select(mart => $"""
        drop table if exists hospital_marts.{mart.Name};
        create table hospital_marts.{mart.Name} as {mart.Sql};
        {State(mart.Name)}
        """)) + State("patient_journey") + Publish;

    /// <summary>Beats the canary and publishes it, touching nothing else.</summary>
    public static string Beat { get; } = $"""
        insert into hospital_marts.line_canary values (1, 1, clock_timestamp())
        on conflict (canary_id) do update set beat = line_canary.beat + 1, beat_at = clock_timestamp();
        {State("line_canary")}
        {Publish}
        """;

    private static string Publish => """
        insert into hospital_line.signals values ('marts', 1, clock_timestamp())
        on conflict (name) do update set version = signals.version + 1, changed_at = clock_timestamp();
        notify hospital_signals, 'marts';
        """;

    private static string State(string model) => $"""
        insert into hospital_line.model_state select '{model}', 'hospital_marts', 'table', clock_timestamp(), count(*), 12, 1, 1, current_date, true, '', '' from hospital_marts.{model}
        on conflict (model) do update set built_at = clock_timestamp(), rows = excluded.rows;
        """;
}
