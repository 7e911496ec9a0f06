namespace HospitalStreaming.Dashboard.Tiles.Queries;

/// <summary>Tiles of money by doctor and by hospital. Months and statuses are in <see cref="OverviewTiles"/>.</summary>
internal static class FinanceTiles
{
    public static IReadOnlyList<TileDefinition> All { get; } =
    [
        new("revenue-by-doctor", ["patient_journey"], d => $"""
            select coalesce(doctor_id, -1) as doctor_id, max(doctor_name) as doctor_name, max(specialization) as specialization, sum(bill_count) as bill_count,
                   sum(billed_amount) as billed_amount, sum(paid_amount) as paid_amount, sum(outstanding_amount) as outstanding_amount,
                   {TileDialect.Percent("sum(paid_amount)", "sum(billed_amount)")} as collection_rate
            from {d.Marts}.patient_journey
            where (@hospital = '' or hospital_id = @hospital) and first_billing_date between @from and @to
            group by coalesce(doctor_id, -1) order by billed_amount desc, 1 limit 2000
            """,
            ["revenue_by_doctor"], d => $"""
            select doctor_id, doctor_name, specialization, bill_count, billed_amount, paid_amount, outstanding_amount, collection_rate
            from {d.Marts}.revenue_by_doctor
            where (@hospital = '' or hospital_id = @hospital)
            order by billed_amount desc, doctor_id limit 2000
            """),
        new("revenue-by-hospital", ["revenue_by_month"], d => $"""
            select hospital_id, sum(bill_count) as bill_count, sum(billed_amount) as billed_amount, sum(paid_amount) as paid_amount,
                   sum(outstanding_amount) as outstanding_amount, {TileDialect.Percent("sum(paid_amount)", "sum(billed_amount)")} as collection_rate
            from {d.Marts}.revenue_by_month
            where (@hospital = '' or hospital_id = @hospital) and month_start between {d.Month("@from")} and @to
            group by hospital_id order by billed_amount desc, hospital_id limit 1000
            """),
    ];
}
