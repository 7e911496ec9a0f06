using System.Globalization;
using HospitalStreaming.Core.Domain.Events;

namespace HospitalStreaming.Core.Simulation;

/// <summary>
/// Seed 003's hospital as an endless stream of events numbered from 0: first its doctors, medicines and patients, then a year of history, then
/// live events at one event in 200 ms of simulated time on average. The settings fix every byte; rate, restarts and platform change nothing.
/// <para>
/// Each visit's life is a function of its number and none lasts longer than 46 days, so the stream is entered at any checkpoint by working out
/// only the lives that may still be going on there: at most some four million, a few seconds' work, and that only after months of live events.
/// </para>
/// </summary>
public sealed class HospitalSimulation
{
    /// <summary>
    /// How far back a checkpoint lies behind the event that carries it. A producer that never has more than this many events unacknowledged finds
    /// by its last record everything it may have to send again.
    /// </summary>
    public const int Window = 16_384;

    private const int StepBits = 5;
    private const long RegistrationInterval = 20_000_000;
    private static readonly int Registrations = SimulationSettings.Doctors + Formulary.Medicines.Length + SimulationSettings.FirstPatients;

    private readonly SimulationSettings _settings;

    /// <summary>Describes a stream; generates nothing yet.</summary>
    public HospitalSimulation(SimulationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
    }

    /// <summary>When live events begin.</summary>
    public DateTimeOffset LiveFrom => new(_settings.StartDate.AddDays(SimulationSettings.HistoryDays).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <summary>The id of an event: hospital, dash, its number in at least twelve digits.</summary>
    public static string EventId(string hospitalId, long sequence) => string.Create(CultureInfo.InvariantCulture, $"{hospitalId}-{sequence:D12}");

    /// <summary>The stream from a checkpoint on; it never ends. Each enumeration is independent and repeatable.</summary>
    /// <param name="checkpoint">From a record of this stream, or <see cref="SimulationCheckpoint.Beginning"/>.</param>
    public IEnumerable<SimulatedEvent> From(SimulationCheckpoint checkpoint)
    {
        var calendar = new VisitCalendar(_settings);
        var population = new Population(_settings);
        var staff = new Staff(_settings);
        var rows = new RowWriter(_settings, new People(_settings, population), staff);
        var life = new VisitLife(_settings, calendar, population, staff);
        var trail = new CheckpointTrail(checkpoint, Window);
        var heap = new StepHeap();

        var from = checkpoint.Hour * VisitCalendar.MicrosAnHour;
        var registration = (from + RegistrationInterval - 1) / RegistrationInterval;
        var anniversary = staff.FirstAnniversaryFrom(from);
        var visit = from <= VisitLife.LongestMicros ? 0 : calendar.FirstNear(from - VisitLife.LongestMicros);
        var arrival = calendar.Arrival(visit);

        for (var sequence = checkpoint.Sequence; ; sequence++)
        {
            var registrationAt = registration < Registrations ? registration * RegistrationInterval : long.MaxValue;
            var (anniversaryAt, doctor, version) = staff.Anniversary(anniversary);
            var otherAt = Math.Min(registrationAt, anniversaryAt);
            while (arrival <= (heap.Count == 0 ? otherAt : Math.Min(otherAt, heap.First.At)))
            {
                life.Fill(visit);
                for (var step = 0; step < life.Steps.Count; step++)
                {
                    if (life.Steps[step].At >= from)
                    {
                        heap.Add(life.Steps[step].At, (visit << StepBits) + step);
                    }
                }

                arrival = calendar.Arrival(++visit);
            }

            HospitalEvent value;
            long at;
            if (heap.Count > 0 && heap.First.At < otherAt)
            {
                (at, var tie) = heap.Take();
                life.Fill(tie >> StepBits);
                value = rows.Step(sequence, life, life.Steps[(int)(tie & ((1 << StepBits) - 1))]);
            }
            else if (registrationAt == otherAt)
            {
                at = registrationAt;
                value = Register(rows, sequence, at, (int)registration++);
            }
            else
            {
                at = anniversaryAt;
                value = rows.Doctor(sequence, at, doctor, version);
                anniversary++;
            }

            yield return new(sequence, value, at < VisitCalendar.LiveFrom, trail.Pass(sequence, at));
        }
    }

    private static HospitalEvent Register(RowWriter rows, long sequence, long at, int number)
    {
        if (number < SimulationSettings.Doctors)
        {
            return rows.Doctor(sequence, at, number + 1, 0);
        }

        number -= SimulationSettings.Doctors;
        return number < Formulary.Medicines.Length
            ? rows.Medicine(sequence, at, number + 1, 0)
            : rows.Patient(sequence, at, number - Formulary.Medicines.Length + 1, 0);
    }
}
