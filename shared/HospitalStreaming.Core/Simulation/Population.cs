namespace HospitalStreaming.Core.Simulation;

/// <summary>
/// Who the patients are and how often each has changed, as closed forms of the visit's number: every twelfth visit brings a new patient, every
/// twenty-fifth sees one of the first patients move or change insurer, in a seeded order, round after round.
/// </summary>
internal sealed class Population
{
    private const int VisitsANewPatient = 12;
    private const int NewPatientAt = 7;
    private const int VisitsAChange = 25;
    private const int ChangeAt = 3;

    // How many visits after coming a new patient may change; a third does, once.
    private const int LaterChangeAfter = 600;

    private readonly ulong _seed;
    private readonly DateOnly _start;
    private readonly int[] _changeOrder;

    public Population(SimulationSettings settings)
    {
        _seed = settings.Seed;
        _start = settings.StartDate;
        _changeOrder = [.. Enumerable.Range(1, SimulationSettings.FirstPatients)];
        var chance = new SplitMix(_seed, ChanceStream.Person, ulong.MaxValue);
        for (var index = _changeOrder.Length - 1; index > 0; index--)
        {
            var other = chance.Below(index + 1);
            (_changeOrder[index], _changeOrder[other]) = (_changeOrder[other], _changeOrder[index]);
        }
    }

    /// <summary>The patient who comes for the first time with that visit, or null.</summary>
    public static long? NewPatientOf(long visit) =>
        visit % VisitsANewPatient == NewPatientAt ? SimulationSettings.FirstPatients + 1 + (visit / VisitsANewPatient) : null;

    /// <summary>Patients known before that visit.</summary>
    public static long KnownBefore(long visit) =>
        SimulationSettings.FirstPatients + ((visit + VisitsANewPatient - 1 - NewPatientAt) / VisitsANewPatient);

    /// <summary>The patient who changes at that visit, and which of their changes it is, from 1; null where none does.</summary>
    public (long Patient, int Version)? ChangeOf(long visit)
    {
        if (visit % VisitsAChange == ChangeAt)
        {
            var tick = visit / VisitsAChange;
            return (_changeOrder[tick % _changeOrder.Length], (int)(tick / _changeOrder.Length) + 1);
        }

        return NewPatientOf(visit - LaterChangeAfter) is { } later && visit >= LaterChangeAfter && later % 3 == 0 ? (later, 1) : null;
    }

    /// <summary>Whether a patient is a woman, and the birth date.</summary>
    public (bool Woman, DateOnly BirthDate) FactsOf(long patient)
    {
        var chance = new SplitMix(_seed, ChanceStream.Person, (ulong)patient);
        var woman = chance.Chance(520);
        return (woman, _start.AddDays(-(chance.Below(89) * 365) - chance.Below(365) - 1));
    }
}
