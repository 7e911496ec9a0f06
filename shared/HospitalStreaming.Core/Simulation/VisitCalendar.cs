namespace HospitalStreaming.Core.Simulation;

/// <summary>
/// When each visit of the stream arrives, as a closed form of its number, so that any moment can be entered directly. Times are microseconds
/// since the stream's beginning, which is a day before the first day of history: that day the hospital registers its people and medicines.
/// </summary>
internal sealed class VisitCalendar
{
    public const long MicrosADay = 86_400_000_000;
    public const long MicrosAnHour = 3_600_000_000;

    /// <summary>Where the live events begin.</summary>
    public const long LiveFrom = (SimulationSettings.HistoryDays + 1) * MicrosADay;

    private static readonly int[] WeekdayWeights = [45, 125, 118, 112, 110, 105, 60];
    private static readonly int[] MonthWeights = [118, 114, 106, 98, 95, 92, 86, 88, 97, 102, 108, 116];

    // The outpatient day with two peaks, and a little at night for emergencies.
    private static readonly int[] HourWeights = [6, 5, 4, 4, 5, 8, 15, 35, 80, 100, 105, 95, 70, 85, 95, 88, 75, 55, 38, 30, 24, 18, 12, 8];

    // Live visits begin to arrive a little before the live events, so that the first minutes are as full as the rest; the last history day ends before.
    private const long WarmUp = 5 * 60_000_000L;
    private const long LiveArrivalsFrom = LiveFrom - WarmUp;

    /// <summary>
    /// Live visits come further apart as time goes by: each one's later life (payments after days, corrections) fills the stream up, and
    /// the sum is to stay at one event in 200 ms of simulated time, whatever the producer's rate. From so many minutes on, microseconds
    /// between visits; measured, not derived.
    /// </summary>
    private static readonly (long Age, long Interval)[] LivePace = [.. new (long Minutes, long Interval)[]
    {
        // pace
        (0, 400_000), (5, 570_000), (10, 938_000), (15, 720_000), (20, 721_000), (30, 773_000), (45, 733_000), (60, 749_000), (90, 745_000),
        (120, 749_000), (240, 754_000),
        (1_440, 767_000), (2_880, 798_000), (5_760, 822_000), (20_160, 845_000), (43_200, 868_000),
        // end
    }.Select(pace => (pace.Minutes * 60_000_000, pace.Interval))];

    private readonly ulong _seed;
    private readonly DateOnly _start;
    private readonly long[] _firstOfDay = new long[SimulationSettings.HistoryDays + 1];
    private readonly long[] _hoursBefore = new long[HourWeights.Length + 1];
    private readonly long[] _firstOfPace = new long[LivePace.Length];

    public VisitCalendar(SimulationSettings settings)
    {
        _seed = settings.Seed;
        _start = settings.StartDate;
        var weightsBefore = new long[SimulationSettings.HistoryDays + 1];
        for (var day = 0; day < SimulationSettings.HistoryDays; day++)
        {
            var date = _start.AddDays(day);
            var chance = new SplitMix(_seed, ChanceStream.Day, (ulong)day);
            weightsBefore[day + 1] = weightsBefore[day] + ((long)WeekdayWeights[(int)date.DayOfWeek] * MonthWeights[date.Month - 1] * chance.Between(92, 108));
        }

        for (var day = 0; day <= SimulationSettings.HistoryDays; day++)
        {
            _firstOfDay[day] = (long)((Int128)settings.HistoryVisits * weightsBefore[day] / weightsBefore[^1]);
        }

        for (var hour = 0; hour < HourWeights.Length; hour++)
        {
            _hoursBefore[hour + 1] = _hoursBefore[hour] + HourWeights[hour];
        }

        _firstOfPace[0] = settings.HistoryVisits;
        for (var pace = 1; pace < LivePace.Length; pace++)
        {
            _firstOfPace[pace] = _firstOfPace[pace - 1] + ((LivePace[pace].Age - LivePace[pace - 1].Age) / LivePace[pace - 1].Interval);
        }
    }

    /// <summary>Month of a moment, 0 for January.</summary>
    public int MonthAt(long micros) => _start.AddDays((int)(micros / MicrosADay) - 1).Month - 1;

    /// <summary>When a visit arrives. Never decreases with the number.</summary>
    public long Arrival(long visit)
    {
        var chance = new SplitMix(_seed, ChanceStream.Arrival, (ulong)visit);
        if (visit < _firstOfDay[^1])
        {
            var at = Array.BinarySearch(_firstOfDay, visit);
            var day = at >= 0 ? LastWith(at) : ~at - 1;
            var count = _firstOfDay[day + 1] - _firstOfDay[day];
            var share = (long)((((Int128)(visit - _firstOfDay[day]) << 32) + chance.Below(1L << 32)) / count);
            var time = TimeOfDay(share);
            return ((day + 1) * MicrosADay) + (day == SimulationSettings.HistoryDays - 1 ? time / 24 * 23 : time);
        }

        var pace = LivePace.Length - 1;
        while (_firstOfPace[pace] > visit)
        {
            pace--;
        }

        var interval = LivePace[pace].Interval;
        return LiveArrivalsFrom + LivePace[pace].Age + ((visit - _firstOfPace[pace]) * interval) + chance.Below(interval);
    }

    /// <summary>A visit before which none arrives at or after that moment; at most a day's history or a few live ones too early.</summary>
    public long FirstNear(long micros)
    {
        if (micros < LiveArrivalsFrom)
        {
            return _firstOfDay[Math.Max(0, (micros / MicrosADay) - 1)];
        }

        var age = micros - LiveArrivalsFrom;
        var pace = LivePace.Length - 1;
        while (LivePace[pace].Age > age)
        {
            pace--;
        }

        // One early: the last interval of a pace may reach beyond its end.
        return Math.Max(_firstOfDay[^1], _firstOfPace[pace] + ((age - LivePace[pace].Age) / LivePace[pace].Interval) - 1);
    }

    /// <summary>Days without a visit share their first number with the next: the last of them is the one that has it.</summary>
    private int LastWith(int at)
    {
        while (at + 1 < _firstOfDay.Length && _firstOfDay[at + 1] == _firstOfDay[at])
        {
            at++;
        }

        return at;
    }

    /// <summary>The moment of the day by which that share (of 2^32) of its visits have arrived.</summary>
    private long TimeOfDay(long share)
    {
        var weight = share * _hoursBefore[^1];
        var hour = 0;
        while (_hoursBefore[hour + 1] << 32 <= weight)
        {
            hour++;
        }

        var within = weight - (_hoursBefore[hour] << 32);
        return (hour * MicrosAnHour) + (long)((Int128)within * MicrosAnHour / ((long)HourWeights[hour] << 32));
    }
}
