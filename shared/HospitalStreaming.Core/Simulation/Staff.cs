using System.Collections.Frozen;
using System.Collections.Immutable;

namespace HospitalStreaming.Core.Simulation;

/// <summary>The doctors: what each does, for how long, and when a year is added.</summary>
internal sealed class Staff
{
    private static readonly ImmutableArray<string> Specializations =
    [
        "General Practice", "Cardiology", "Emergency Medicine", "Pediatrics", "Orthopedics", "Pulmonology", "General Practice", "Dermatology",
        "Endocrinology", "Neurology", "Psychiatry", "Obstetrics and Gynecology", "Gastroenterology", "Otolaryngology", "Emergency Medicine",
        "General Practice", "Ophthalmology", "Urology", "Cardiology", "General Practice", "Pediatrics", "Orthopedics", "Emergency Medicine",
        "Obstetrics and Gynecology", "General Practice",
    ];

    private readonly FrozenDictionary<string, int[]> _bySpecialization = Specializations
        .Select((name, index) => (name, Id: index + 1))
        .GroupBy(doctor => doctor.name, doctor => doctor.Id)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    private readonly int[] _firstYears;
    private readonly (long At, int Doctor)[] _anniversaries;

    public Staff(SimulationSettings settings)
    {
        _firstYears = new int[SimulationSettings.Doctors];
        _anniversaries = new (long, int)[SimulationSettings.Doctors];
        for (var index = 0; index < SimulationSettings.Doctors; index++)
        {
            var chance = new SplitMix(settings.Seed, ChanceStream.Doctor, (ulong)index);
            _firstYears[index] = chance.Between(2, 33);
            _anniversaries[index] = ((chance.Between(1, 365) * VisitCalendar.MicrosADay) + (7 * VisitCalendar.MicrosAnHour), index + 1);
        }

        Array.Sort(_anniversaries);
    }

    public static string SpecializationOf(int doctor) => Specializations[doctor - 1];

    /// <summary>A doctor of that field.</summary>
    public int Pick(ref SplitMix chance, string specialization)
    {
        var doctors = _bySpecialization[specialization];
        return doctors[chance.Below(doctors.Length)];
    }

    /// <summary>Years of experience after so many anniversaries.</summary>
    public int YearsOf(int doctor, int anniversaries) => _firstYears[doctor - 1] + anniversaries;

    /// <summary>The hospital's n-th anniversary of any doctor, counted from 0, in time order: when, whose, and which of theirs, from 1.</summary>
    public (long At, int Doctor, int Version) Anniversary(long number)
    {
        var year = number / SimulationSettings.Doctors;
        var (at, doctor) = _anniversaries[number % SimulationSettings.Doctors];
        return (at + (year * SimulationSettings.HistoryDays * VisitCalendar.MicrosADay), doctor, (int)year + 1);
    }

    /// <summary>Number of the first anniversary at or after a moment.</summary>
    public long FirstAnniversaryFrom(long micros)
    {
        var number = Math.Max(0, (micros / (SimulationSettings.HistoryDays * VisitCalendar.MicrosADay)) - 1) * SimulationSettings.Doctors;
        while (Anniversary(number).At < micros)
        {
            number++;
        }

        return number;
    }
}
