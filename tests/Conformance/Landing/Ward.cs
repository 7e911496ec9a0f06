using System.Collections.Immutable;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;

namespace HospitalStreaming.Tests.Conformance.Landing;

/// <summary>Short ways to write events.</summary>
internal static class Ward
{
    private static readonly DateTimeOffset Morning = new(2026, 1, 1, 8, 0, 0, TimeSpan.Zero);

    public static HospitalEvent Doctor(long id, string name = "Dr. A") => Upsert(HospitalSchema.Doctors, id, ("name", name));

    public static HospitalEvent Patient(long id, string name = "P") => Upsert(HospitalSchema.Patients, id, ("full_name", name));

    public static HospitalEvent Medicine(long id, decimal price = 1.50m) => Upsert(HospitalSchema.Medicines, id, ("price", price));

    public static HospitalEvent Visit(long id, long patient = 1, long doctor = 1, string diagnosis = "well") =>
        Upsert(HospitalSchema.Visits, id, ("patient_id", patient), ("doctor_id", doctor), ("diagnosis", diagnosis), ("visit_date", Morning));

    public static HospitalEvent Bill(long id, long visit, string status = "Pending", long patient = 1) =>
        Upsert(HospitalSchema.BillingPayments, id, ("patient_id", patient), ("visit_id", visit), ("total_amount", 99.90m), ("payment_status", status));

    public static HospitalEvent Prescription(long id, long visit, long medicine = 1, long patient = 1, long doctor = 1) =>
        Upsert(HospitalSchema.Prescriptions, id, ("patient_id", patient), ("doctor_id", doctor), ("medicine_id", medicine), ("visit_id", visit));

    public static HospitalEvent Deleted(TableDescription table, long id) => Make(table, EventType.Deleted, id, []);

    public static HospitalEvent Upsert(TableDescription table, long id, params (string Column, object? Value)[] values) => Make(table, EventType.Upsert, id, values);

    private static HospitalEvent Make(TableDescription table, EventType type, long id, (string Column, object? Value)[] values)
    {
        var row = new object?[table.Columns.Length];
        row[0] = id;
        row[table.Columns.IndexOf(table.Required("hospital_id"))] = "h1";
        row[table.Columns.IndexOf(table.Required("updated_at"))] = Morning;
        foreach (var (column, value) in values)
        {
            row[table.Columns.IndexOf(table.Required(column))] = value;
        }

        return new HospitalEvent($"h1-{id:D12}", "h1", Morning, type, table, ImmutableArray.Create(row));
    }
}
