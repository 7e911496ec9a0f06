namespace HospitalStreaming.Core.Simulation;

/// <summary>
/// Everything that will ever happen about one visit, as a pure function of the seed and its number. Reused: <see cref="Fill"/> overwrites it.
/// Bills follow their visit's cost; where the cost is corrected, the bill is corrected minutes later.
/// </summary>
internal sealed class VisitLife(SimulationSettings settings, VisitCalendar calendar, Population population, Staff staff)
{
    /// <summary>No life lasts longer than this.</summary>
    public const long LongestMicros = 46 * VisitCalendar.MicrosADay;

    private const long Minute = 60_000_000;
    private const long Never = long.MaxValue;

    private static readonly string[] AcuteDurations = ["3 days", "5 days", "1 week", "10 days", "2 weeks"];
    private static readonly string[] ChronicDurations = ["1 month", "1 month", "2 months", "3 months"];

    private readonly PrescriptionLife[] _prescriptions = new PrescriptionLife[3];
    private Condition _condition = Conditions.All[0];
    private Condition _firstCondition = Conditions.All[0];
    private int _costCents;
    private int _firstCostCents;
    private long _visitCorrectedAt;
    private long _billCorrectedAt;
    private long _rediagnosedAt;
    private long _paidAt;
    private long _unpaidAt;

    public long Visit { get; private set; }

    public long Patient { get; private set; }

    public int Doctor { get; private set; }

    public long VisitAt { get; private set; }

    public long BilledAt { get; private set; }

    public IReadOnlyList<PrescriptionLife> Prescriptions => _prescriptions;

    /// <summary>The steps; each one's place in the list is its number.</summary>
    public List<LifeStep> Steps { get; } = new(16);

    public string DiagnosisAt(long at) => at >= _rediagnosedAt ? _condition.Diagnosis : _firstCondition.Diagnosis;

    public int CostCentsAt(long at) => at >= _visitCorrectedAt ? _costCents : _firstCostCents;

    public int BilledCentsAt(long at) => at >= _billCorrectedAt ? _costCents : _firstCostCents;

    public string StatusAt(long at) => at >= _paidAt ? "Paid" : at >= _unpaidAt ? "Unpaid" : "Pending";

    public void Fill(long visit)
    {
        Visit = visit;
        Steps.Clear();
        var chance = new SplitMix(settings.Seed, ChanceStream.Visit, (ulong)visit);
        var arrival = calendar.Arrival(visit);
        if (Population.NewPatientOf(visit) is { } newcomer)
        {
            Patient = newcomer;
            Steps.Add(new(arrival, StepKind.Register));
        }
        else
        {
            // The smaller of two: some people come far more often than others.
            var known = Population.KnownBefore(visit);
            Patient = 1 + Math.Min(chance.Below(known), chance.Below(known));
        }

        VisitAt = arrival + (Minute / 6) + Within(ref chance, 4);
        PickCondition(ref chance);
        Steps.Add(new(VisitAt, StepKind.Visit));
        AddPrescriptions(ref chance);
        BilledAt = VisitAt + Minute + Within(ref chance, 9);
        Steps.Add(new(BilledAt, StepKind.Bill));
        AddPayment(ref chance);
        AddCorrections(ref chance);
        AddChangesElsewhere(arrival);
    }

    private void PickCondition(ref SplitMix chance)
    {
        var (woman, birth) = population.FactsOf(Patient);
        var age = (int)(((VisitAt / VisitCalendar.MicrosADay) - 1 + settings.StartDate.DayNumber - birth.DayNumber) * 100 / 36_525);
        var month = calendar.MonthAt(VisitAt);
        _condition = _firstCondition = Conditions.Pick(ref chance, month, age, woman);
        Doctor = staff.Pick(ref chance, _condition.Specialization);
        var span = (long)(_condition.HighestDollars - _condition.LowestDollars) * 100;
        // The product of two chances leans to the cheap end, as bills do.
        _costCents = _firstCostCents = (_condition.LowestDollars * 100) + (int)(span * chance.Below(1 << 20) / (1 << 20) * chance.Below(1 << 20) / (1 << 20));
        _rediagnosedAt = Never;
        if (chance.Chance(20))
        {
            var first = Conditions.Pick(ref chance, month, age, woman);
            if (first.Specialization == _condition.Specialization && first.Diagnosis != _condition.Diagnosis)
            {
                _firstCondition = first;
                _rediagnosedAt = Odd(VisitAt + LaterThan(ref chance, 15 * Minute, 20));
                Steps.Add(new(_rediagnosedAt, StepKind.Visit));
            }
        }
    }

    private void AddPrescriptions(ref SplitMix chance)
    {
        var wanted = chance.Below(100) switch { < 26 => 0, < 66 => 1, < 90 => 2, _ => 3 };
        var count = Math.Min(wanted, _condition.Medicines.Length);
        var first = count == 0 ? 0 : chance.Below(_condition.Medicines.Length);
        for (var number = 0; number < count; number++)
        {
            var medicine = _condition.Medicines[(first + number) % _condition.Medicines.Length];
            var doses = Formulary.DosesOf(Formulary.Medicines[medicine - 1].Form);
            var durations = _condition.Chronic ? ChronicDurations : AcuteDurations;
            var at = VisitAt + Minute + Within(ref chance, 5);
            _prescriptions[number] = new(medicine, doses[chance.Below(doses.Length)], durations[chance.Below(durations.Length)], at);
            Steps.Add(new(at, StepKind.Prescribe, number));
            var fate = chance.Below(1000);
            if (fate < 90)
            {
                Steps.Add(new(at + LaterThan(ref chance, 10 * Minute, 9), StepKind.Stop, number));
            }
            else if (fate < 110)
            {
                Steps.Add(new(at + LaterThan(ref chance, 5 * Minute, 4), StepKind.Delete, number));
            }
        }
    }

    private void AddPayment(ref SplitMix chance)
    {
        _paidAt = _unpaidAt = Never;
        switch (chance.Below(1000))
        {
            case < 520: // at the desk
                _paidAt = BilledAt + Minute + Within(ref chance, 24);
                break;
            case < 740: // within days
                _paidAt = BilledAt + VisitCalendar.MicrosADay + Within(ref chance, 2 * 24 * 60);
                break;
            case < 890: // by the insurer, within weeks
                _paidAt = BilledAt + (4 * VisitCalendar.MicrosADay) + Within(ref chance, 24 * 24 * 60);
                break;
            case < 920: // refused at the desk, half of them paid later
                _unpaidAt = BilledAt + (2 * Minute) + Within(ref chance, 25);
                _paidAt = chance.Chance(500) ? _unpaidAt + VisitCalendar.MicrosADay + Within(ref chance, 20 * 24 * 60) : Never;
                break;
            case < 980: // the term passes, a third pays after the reminder
                _unpaidAt = BilledAt + (28 * VisitCalendar.MicrosADay) + Within(ref chance, 2 * 24 * 60);
                _paidAt = chance.Chance(350) ? _unpaidAt + VisitCalendar.MicrosADay + Within(ref chance, 14 * 24 * 60) : Never;
                break;
        }

        AddBillStep(ref _unpaidAt);
        AddBillStep(ref _paidAt);
    }

    private void AddBillStep(ref long at)
    {
        if (at != Never)
        {
            at = Odd(at);
            Steps.Add(new(at, StepKind.Bill));
        }
    }

    private void AddCorrections(ref SplitMix chance)
    {
        _visitCorrectedAt = _billCorrectedAt = Never;
        if (!chance.Chance(55))
        {
            return;
        }

        _costCents = Math.Max(100, (int)((long)_firstCostCents * chance.Between(78, 126) / 100));
        if (_costCents == _firstCostCents)
        {
            _costCents += 1_000;
        }

        _visitCorrectedAt = Even(VisitAt + LaterThan(ref chance, 18 * Minute, 10));
        _billCorrectedAt = Even(_visitCorrectedAt + (2 * Minute) + Within(ref chance, 20));
        Steps.Add(new(_visitCorrectedAt, StepKind.Visit));
        Steps.Add(new(_billCorrectedAt, StepKind.Bill));
    }

    private void AddChangesElsewhere(long arrival)
    {
        if (population.ChangeOf(Visit) is { } change)
        {
            Steps.Add(new(arrival + 1, StepKind.ChangePatient, change.Patient, change.Version));
        }

        if (PriceList.ChangeOf(Visit) is { } price)
        {
            Steps.Add(new(arrival + 2, StepKind.ChangePrice, price.Medicine, price.Version));
        }
    }

    /// <summary>Half of what happens later happens within the hour, so that a short run shows it too; the rest within days.</summary>
    private static long LaterThan(ref SplitMix chance, long atLeast, int days) =>
        atLeast + (chance.Chance(500) ? Within(ref chance, 60) : Within(ref chance, days * 24 * 60));

    private static long Within(ref SplitMix chance, int minutes) => chance.Below(minutes * Minute / 1_000) * 1_000;

    // Two steps of one row never share a moment: payments and new diagnoses are on odd milliseconds, corrections of money on even ones.
    private static long Odd(long micros) => (micros / 2_000 * 2_000) + 1_000;

    private static long Even(long micros) => micros / 2_000 * 2_000;
}
