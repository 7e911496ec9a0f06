namespace HospitalStreaming.Warehouse.Loading;

/// <summary>
/// Counts the load jobs of each table over the last 24 hours, failed ones among them, and says when the next may be submitted: one an interval, never
/// more than <see cref="MostADay"/> in any 24 hours, sooner after one that failed, and ever fewer while BigQuery says that a quota is used up. A pure rule: the caller's clock and
/// the caller's waits. BigQuery's own quota is 1,500 a table and day: https://cloud.google.com/bigquery/quotas#load_jobs.
/// </summary>
/// <param name="interval">Shortest time between two jobs of one table; zero for a server without quotas.</param>
public sealed class LoadMeter(TimeSpan interval)
{
    /// <summary>Most jobs of one table in any 24 hours.</summary>
    public const int MostADay = 1_440;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Table> _tables = new(StringComparer.Ordinal);

    /// <summary>Notes a job that was submitted, by this process or, read from BigQuery's own list, by one before it. In time order for each table.</summary>
    public void Submitted(string table, DateTimeOffset at) => Of(table).Jobs.Enqueue(at);

    /// <summary>BigQuery says that a quota is used up: the table's interval doubles, up to an hour.</summary>
    public void QuotaExceeded(string table) => Of(table).Doublings++;

    /// <summary>A job of the table failed: the next may follow it sooner than an interval, the less soon the more have failed in a row.</summary>
    public void Failed(string table) => Of(table).Failures++;

    /// <summary>A job of the table succeeded: its interval is what it was.</summary>
    public void Succeeded(string table) => (Of(table).Doublings, Of(table).Failures) = (0, 0);

    /// <summary>How long to wait before the next job of a table.</summary>
    public TimeSpan Until(string table, DateTimeOffset now)
    {
        var jobs = Recent(table, now);
        if (interval <= TimeSpan.Zero || jobs.Count == 0)
        {
            return TimeSpan.Zero;
        }

        var next = jobs.Last() + Between(_tables[table]);
        if (jobs.Count >= MostADay && jobs.ElementAt(jobs.Count - MostADay) + Day is var free && free > next)
        {
            next = free;
        }

        return next > now ? next - now : TimeSpan.Zero;
    }

    /// <summary>Jobs of a table in the 24 hours before a moment.</summary>
    public int Count(string table, DateTimeOffset now) => Recent(table, now).Count;

    private TimeSpan Between(Table table) =>
        table.Doublings > 0 ? Grown(interval, table.Doublings, interval < LongestInterval ? LongestInterval : interval)
        : table.Failures > 0 ? Grown(FirstRetry, table.Failures - 1, interval)
        : interval;

    private static TimeSpan Grown(TimeSpan first, int doublings, TimeSpan most) =>
        first * Math.Pow(2, Math.Min(doublings, 20)) is var grown && grown < most ? grown : most;

    private Queue<DateTimeOffset> Recent(string table, DateTimeOffset now)
    {
        var jobs = Of(table).Jobs;
        while (jobs.TryPeek(out var first) && first <= now - Day)
        {
            jobs.Dequeue();
        }

        return jobs;
    }

    private Table Of(string table)
    {
        if (!_tables.TryGetValue(table, out var known))
        {
            _tables[table] = known = new Table();
        }

        return known;
    }

    private sealed class Table
    {
        internal Queue<DateTimeOffset> Jobs { get; } = new();

        internal int Doublings { get; set; }

        internal int Failures { get; set; }
    }
}
