namespace HospitalStreaming.Dashboard.Freshness;

/// <summary>Counts durations in buckets that grow by 5%, from 1 ms to about 40 minutes: any percentile is at most 5% above the true one, in constant memory.</summary>
internal sealed class DurationHistogram
{
    private const double Growth = 1.05;
    private const int Buckets = 302;

    private static readonly double LogGrowth = Math.Log(Growth);
    private readonly int[] _counts = new int[Buckets];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public void Add(TimeSpan duration)
    {
        _counts[Bucket(duration)]++;
        Count++;
        Max = duration > Max ? duration : Max;
    }

    public void Add(DurationHistogram other)
    {
        for (var i = 0; i < Buckets; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = other.Max > Max ? other.Max : Max;
    }

    /// <summary>The duration that the given share of all durations does not exceed; null when there is none.</summary>
    public TimeSpan? Percentile(double share)
    {
        if (Count == 0)
        {
            return null;
        }

        var wanted = (long)Math.Ceiling(share * Count);
        var seen = 0L;
        for (var i = 0; i < Buckets; i++)
        {
            seen += _counts[i];
            if (seen >= wanted && seen > 0)
            {
                var upper = TimeSpan.FromMilliseconds(Math.Pow(Growth, i));
                return upper < Max ? upper : Max;
            }
        }

        return Max;
    }

    private static int Bucket(TimeSpan duration) => duration.TotalMilliseconds <= 1
        ? 0
        : Math.Min(Buckets - 1, (int)Math.Ceiling(Math.Log(duration.TotalMilliseconds) / LogGrowth));
}
