using System.Runtime.InteropServices;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;

namespace HospitalStreaming.Core.Simulation;

/// <summary>Makes the rows that steps write: every event carries its whole row as it is from then on.</summary>
internal sealed class RowWriter(SimulationSettings settings, People people, Staff staff)
{
    private const long FirstVisitId = 1_001;
    private const long FirstBillId = 10_001;
    private const long FirstPrescriptionId = 100_001;
    private const int PrescriptionsAVisit = 3;

    private readonly DateTimeOffset _beginning = new(settings.StartDate.AddDays(-1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    public HospitalEvent Doctor(long sequence, long at, int doctor, int anniversaries) => Upsert(sequence, at, HospitalSchema.Doctors,
        [(long)doctor, people.DoctorName(doctor), Staff.SpecializationOf(doctor), staff.YearsOf(doctor, anniversaries), people.DoctorContact(doctor), null, null]);

    public HospitalEvent Medicine(long sequence, long at, int medicine, int version)
    {
        var entry = Formulary.Medicines[medicine - 1];
        return Upsert(sequence, at, HospitalSchema.Medicines,
            [(long)medicine, entry.Name, entry.Category, entry.Manufacturer, Money(PriceList.CentsOf(settings.Seed, medicine, version)), null, null]);
    }

    public HospitalEvent Patient(long sequence, long at, long id, int version)
    {
        var patient = people.PatientOf(id, version);
        return Upsert(sequence, at, HospitalSchema.Patients,
            [id, patient.FullName, patient.BirthDate, patient.Gender, patient.BloodType, patient.Contact, patient.Insurance, null, null]);
    }

    public HospitalEvent Step(long sequence, VisitLife life, LifeStep step) => step.Kind switch
    {
        StepKind.Register => Patient(sequence, step.At, life.Patient, 0),
        StepKind.ChangePatient => Patient(sequence, step.At, step.Number, step.Version),
        StepKind.ChangePrice => Medicine(sequence, step.At, (int)step.Number, step.Version),
        StepKind.Visit => Upsert(sequence, step.At, HospitalSchema.Visits,
            [FirstVisitId + life.Visit, life.Patient, (long)life.Doctor, Time(life.VisitAt), life.DiagnosisAt(step.At), Money(life.CostCentsAt(step.At)), null, null]),
        StepKind.Bill => Upsert(sequence, step.At, HospitalSchema.BillingPayments,
            [FirstBillId + life.Visit, life.Patient, FirstVisitId + life.Visit, DateOnly.FromDateTime(Time(life.BilledAt).UtcDateTime), Money(life.BilledCentsAt(step.At)), life.StatusAt(step.At), null, null]),
        _ => Prescription(sequence, life, step),
    };

    private HospitalEvent Prescription(long sequence, VisitLife life, LifeStep step)
    {
        var id = FirstPrescriptionId + (life.Visit * PrescriptionsAVisit) + step.Number;
        if (step.Kind == StepKind.Delete)
        {
            var gone = new object?[HospitalSchema.Prescriptions.Columns.Length];
            gone[0] = id;
            return Make(sequence, step.At, EventType.Deleted, HospitalSchema.Prescriptions, gone);
        }

        var prescription = life.Prescriptions[(int)step.Number];
        return Upsert(sequence, step.At, HospitalSchema.Prescriptions,
        [
            id, life.Patient, (long)life.Doctor, (long)prescription.MedicineId, prescription.Dosage, prescription.Duration, FirstVisitId + life.Visit,
            Time(prescription.PrescribedAt), step.Kind == StepKind.Stop ? Time(step.At) : null, null, null,
        ]);
    }

    private HospitalEvent Upsert(long sequence, long at, TableDescription table, object?[] values) =>
        Make(sequence, at, EventType.Upsert, table, values);

    private HospitalEvent Make(long sequence, long at, EventType type, TableDescription table, object?[] values)
    {
        // hospital_id and updated_at are every table's last two columns.
        var time = Time(at);
        values[^2] = settings.HospitalId;
        values[^1] = time;
        return new(
            HospitalSimulation.EventId(settings.HospitalId, sequence), settings.HospitalId, time, type, table,
            ImmutableCollectionsMarshal.AsImmutableArray(values));
    }

    private DateTimeOffset Time(long at) => _beginning.AddTicks(at * TimeSpan.TicksPerMicrosecond);

    private static decimal Money(int cents) => new(cents, 0, 0, false, 2);
}
