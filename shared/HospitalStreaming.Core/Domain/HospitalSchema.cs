using System.Collections.Immutable;

namespace HospitalStreaming.Core.Domain;

/// <summary>
/// The hospital's tables: seed 003's six with their names and columns, what real figures need added beside them (hospital, update time,
/// the visit of a prescription), and the canary that times the line. Parents come before the tables that refer to them.
/// </summary>
public static class HospitalSchema
{
    /// <summary>doctors.</summary>
    public static TableDescription Doctors { get; } = new("doctors", ["doctor_id"], "topic_doctors", "Doctors who see patients.",
    [
        Key("doctor_id", "Number of the doctor.", PrivacyClass.Operational),
        Text("name", 100, PrivacyClass.DirectIdentifier, "Full name."),
        Text("specialization", 100, PrivacyClass.Operational, "Field of medicine."),
        new("experience_years", ColumnKind.Int32, PrivacyClass.Operational, "Years of practice."),
        Text("contact_info", 255, PrivacyClass.DirectIdentifier, "Telephone or e-mail."),
        .. Common,
    ]);

    /// <summary>patients.</summary>
    public static TableDescription Patients { get; } = new("patients", ["patient_id"], "topic_patients", "People who were ever treated.",
    [
        Key("patient_id", "Number of the patient.", PrivacyClass.QuasiIdentifier),
        Text("full_name", 100, PrivacyClass.DirectIdentifier, "Full name."),
        new("date_of_birth", ColumnKind.Date, PrivacyClass.QuasiIdentifier, "Date of birth."),
        Text("gender", 10, PrivacyClass.QuasiIdentifier, "Gender as registered."),
        Text("blood_type", 5, PrivacyClass.Clinical, "Blood group."),
        Text("contact_info", 255, PrivacyClass.DirectIdentifier, "Telephone or e-mail."),
        Text("insurance_id", 50, PrivacyClass.DirectIdentifier, "Insurance number."),
        .. Common,
    ]);

    /// <summary>medicines.</summary>
    public static TableDescription Medicines { get; } = new("medicines", ["medicine_id"], "topic_medicines", "Medicines on the formulary.",
    [
        Key("medicine_id", "Number of the medicine.", PrivacyClass.Operational),
        Text("name", 100, PrivacyClass.Operational, "Name of the medicine."),
        Text("category", 50, PrivacyClass.Operational, "Class of medicine."),
        Text("manufacturer", 100, PrivacyClass.Operational, "Who makes it."),
        Money("price", "Price of one unit."),
        .. Common,
    ]);

    /// <summary>visits.</summary>
    public static TableDescription Visits { get; } = new("visits", ["visit_id"], "topic_visits", "One row a visit of a patient to a doctor.",
    [
        Key("visit_id", "Number of the visit.", PrivacyClass.QuasiIdentifier),
        Reference("patient_id", "patients", PrivacyClass.QuasiIdentifier),
        Reference("doctor_id", "doctors", PrivacyClass.Operational),
        new("visit_date", ColumnKind.TimestampTz, PrivacyClass.QuasiIdentifier, "When the visit began."),
        Text("diagnosis", 2_000, PrivacyClass.Clinical, "Diagnosis of the visit."),
        Money("total_cost", "Cost of the visit."),
        .. Common,
    ]);

    /// <summary>billing_payments.</summary>
    public static TableDescription BillingPayments { get; } = new("billing_payments", ["billing_id"], "topic_billing", "One row a bill of a visit.",
    [
        Key("billing_id", "Number of the bill.", PrivacyClass.QuasiIdentifier),
        Reference("patient_id", "patients", PrivacyClass.QuasiIdentifier),
        Reference("visit_id", "visits", PrivacyClass.QuasiIdentifier),
        new("billing_date", ColumnKind.Date, PrivacyClass.QuasiIdentifier, "Date of the bill."),
        Money("total_amount", "Amount billed."),
        Text("payment_status", 20, PrivacyClass.Financial, "Pending, Paid or Unpaid."),
        .. Common,
    ]);

    /// <summary>prescriptions.</summary>
    public static TableDescription Prescriptions { get; } = new("prescriptions", ["prescription_id"], "topic_prescriptions", "One row a medicine prescribed in a visit.",
    [
        Key("prescription_id", "Number of the prescription.", PrivacyClass.QuasiIdentifier),
        Reference("patient_id", "patients", PrivacyClass.QuasiIdentifier),
        Reference("doctor_id", "doctors", PrivacyClass.Operational),
        Reference("medicine_id", "medicines", PrivacyClass.Operational),
        Text("dosage", 50, PrivacyClass.Clinical, "Dose, such as 2 tablets."),
        Text("duration", 50, PrivacyClass.Clinical, "How long, such as 1 week."),
        Reference("visit_id", "visits", PrivacyClass.QuasiIdentifier),
        new("prescribed_at", ColumnKind.TimestampTz, PrivacyClass.QuasiIdentifier, "When it was prescribed."),
        new("stopped_at", ColumnKind.TimestampTz, PrivacyClass.QuasiIdentifier, "When it was stopped early; null while it runs."),
        .. Common,
    ]);

    /// <summary>line_canary: one row a hospital, beaten once a second, to time a commit's way to the chart.</summary>
    public static TableDescription Canary { get; } = new("line_canary", ["canary_id"], null, "The line's own heartbeat row.",
    [
        Key("canary_id", "Number of the canary.", PrivacyClass.Operational),
        new("beat", ColumnKind.Int64, PrivacyClass.Operational, "Count of beats.") { Nullable = false },
        new("beat_at", ColumnKind.TimestampTz, PrivacyClass.Operational, "Database clock just before the beat was committed.") { Nullable = false },
    ]);

    /// <summary>The six tables that events feed, parents first.</summary>
    public static ImmutableArray<TableDescription> EventTables { get; } = [Doctors, Patients, Medicines, Visits, BillingPayments, Prescriptions];

    /// <summary>All captured tables: the six and the canary.</summary>
    public static ImmutableArray<TableDescription> CapturedTables { get; } = [.. EventTables, Canary];

    /// <summary>The captured table of that name, or null.</summary>
    public static TableDescription? Table(string name) => CapturedTables.FirstOrDefault(table => table.Name == name);

    /// <summary>The table an event topic feeds, or null.</summary>
    public static TableDescription? TableOfTopic(string topic) => EventTables.FirstOrDefault(table => table.Topic == topic);

    private static ImmutableArray<ColumnDescription> Common =>
    [
        new("hospital_id", ColumnKind.Text, PrivacyClass.Operational, "Hospital the row belongs to.") { MaxLength = 50, Nullable = false },
        new("updated_at", ColumnKind.TimestampTz, PrivacyClass.QuasiIdentifier, "Time of the last event of this row.") { Nullable = false },
    ];

    private static ColumnDescription Key(string name, string meaning, PrivacyClass privacy) =>
        new(name, ColumnKind.Int64, privacy, meaning) { Nullable = false };

    private static ColumnDescription Text(string name, int maxLength, PrivacyClass privacy, string meaning) =>
        new(name, ColumnKind.Text, privacy, meaning) { MaxLength = maxLength };

    private static ColumnDescription Money(string name, string meaning) =>
        new(name, ColumnKind.Numeric, PrivacyClass.Financial, meaning) { Precision = 10, Scale = 2 };

    private static ColumnDescription Reference(string name, string table, PrivacyClass privacy) =>
        new(name, ColumnKind.Int64, privacy, $"The row of {table} it belongs to.") { References = table };
}
