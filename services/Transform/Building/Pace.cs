namespace HospitalStreaming.Transform.Building;

/// <summary>
/// Which models a cycle takes on. A model rests between its builds so that all of them together stay within the allowed load; of those that
/// are due, the ones that waited longest come first until the cycle's budget is spent. So a light model is in every cycle, a heavy one in few,
/// and no cycle is long. The time from build to build is in proportion to the square root of what a build takes: of all ways to share a load,
/// that makes the marts the freshest on average.
/// </summary>
internal sealed class Pace(TimeProvider clock, TransformOptions options)
{
    /// <summary>What takes less than this is never left out.</summary>
    private static readonly TimeSpan Cheap = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private TimeSpan _testsInCycle;

    /// <summary>Begins a cycle and chooses among the models that are behind.</summary>
    public HashSet<string> Choose(IReadOnlyCollection<string> behind)
    {
        _testsInCycle = TimeSpan.Zero;
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        var budget = options.CycleBudget;
        foreach (var name in behind.OrderBy(name => Of(name).BuiltAt))
        {
            var entry = Of(name);
            var isFree = entry.BuiltAt == long.MinValue || entry.Took < Cheap;
            if (isFree || (Rest(entry) <= TimeSpan.Zero && (entry.Took <= budget || budget == options.CycleBudget)))
            {
                chosen.Add(name);
                budget -= isFree ? TimeSpan.Zero : entry.Took;
            }
        }

        return chosen;
    }

    /// <summary>Whether the model's tests are due and this cycle has time for them. The first of them always finds time.</summary>
    public bool TestsNow(string model)
    {
        var entry = Of(model);
        if (entry.TestedAt != long.MinValue && clock.GetElapsedTime(entry.TestedAt) < options.TestEvery)
        {
            return false;
        }

        var fits = entry.TestedAt == long.MinValue || _testsInCycle == TimeSpan.Zero || _testsInCycle + entry.TestsTook <= options.CycleBudget / 2;
        _testsInCycle += fits ? entry.TestsTook : TimeSpan.Zero;
        return fits;
    }

    public void Built(string model, TimeSpan took)
    {
        var entry = Of(model);
        (entry.BuiltAt, entry.Took) = (clock.GetTimestamp(), took);
    }

    public void Tested(string model, TimeSpan took)
    {
        var entry = Of(model);
        (entry.TestedAt, entry.TestsTook) = (clock.GetTimestamp(), took);
    }

    /// <summary>Time until the first of these models has rested; null where there are none.</summary>
    public TimeSpan? UntilDue(IEnumerable<string> models) =>
        models.Select(model => (TimeSpan?)TimeSpan.FromTicks(Math.Max(0, Rest(Of(model)).Ticks))).Min();

    private TimeSpan Rest(Entry entry)
    {
        if (entry.BuiltAt == long.MinValue)
        {
            return TimeSpan.Zero;
        }

        var roots = _entries.Values.Where(each => each.Took >= Cheap).Sum(each => Math.Sqrt(each.Took.TotalSeconds));
        var period = Math.Sqrt(entry.Took.TotalSeconds) * roots / options.MaxLoad;
        var rest = Math.Clamp(period - entry.Took.TotalSeconds, 0, options.MaxRest.TotalSeconds);
        return TimeSpan.FromSeconds(rest) - clock.GetElapsedTime(entry.BuiltAt);
    }

    private Entry Of(string model)
    {
        if (!_entries.TryGetValue(model, out var entry))
        {
            _entries[model] = entry = new Entry();
        }

        return entry;
    }

    private sealed class Entry
    {
        public long BuiltAt { get; set; } = long.MinValue;

        public TimeSpan Took { get; set; }

        public long TestedAt { get; set; } = long.MinValue;

        public TimeSpan TestsTook { get; set; }
    }
}
