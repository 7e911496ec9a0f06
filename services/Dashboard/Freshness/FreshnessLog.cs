using System.Diagnostics.Metrics;

namespace HospitalStreaming.Dashboard.Freshness;

/// <summary>
/// Keeps how long commits took to reach viewers (metric hospital.commit_to_chart, seconds): per minute for two hours and over the whole run.
/// Safe from many threads; constant memory.
/// </summary>
public sealed class FreshnessLog : IDisposable
{
    /// <summary>Name of the meter; the line's own, so that one exporter takes all.</summary>
    public const string MeterName = Hosting.Telemetry.LineMeters.Name;

    private const int MinutesKept = 120;
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _commitToChart;
    private readonly Queue<(DateTimeOffset At, DurationHistogram Durations)> _minutes = new();
    private readonly DurationHistogram _wholeRun = new();
    private DurationHistogram _current = new();
    private DateTimeOffset _currentMinute;
    private DateTimeOffset? _lastBeatAt;
    private DateTimeOffset? _lastDeliveredAt;

    /// <summary>Starts an empty log.</summary>
    public FreshnessLog(TimeProvider clock)
    {
        _clock = clock;
        _commitToChart = _meter.CreateHistogram<double>("hospital.commit_to_chart", "s", "From a commit in the hospital's database to a viewer's live channel.");
    }

    /// <summary>A live channel has flushed the news of a beat.</summary>
    /// <param name="beatAt">When the beat was committed; a little ahead of our clock counts as now.</param>
    public void Delivered(DateTimeOffset beatAt)
    {
        var now = _clock.GetUtcNow();
        var took = now > beatAt ? now - beatAt : TimeSpan.Zero;
        _commitToChart.Record(took.TotalSeconds);
        lock (_gate)
        {
            TurnTo(now);
            _current.Add(took);
            _wholeRun.Add(took);
            _lastBeatAt = _lastBeatAt > beatAt ? _lastBeatAt : beatAt;
            _lastDeliveredAt = now;
        }
    }

    /// <summary>The figures of now.</summary>
    public FreshnessReport Report()
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            TurnTo(now);
            var recent = new DurationHistogram();
            foreach (var (at, durations) in _minutes)
            {
                if (now - at <= Recent + TimeSpan.FromMinutes(1))
                {
                    recent.Add(durations);
                }
            }

            recent.Add(_current);
            var minutes = _minutes.Select(minute => new FreshnessMinute(minute.At, FreshnessFigures.Of(minute.Durations)));
            if (_current.Count > 0)
            {
                minutes = minutes.Append(new FreshnessMinute(_currentMinute, FreshnessFigures.Of(_current)));
            }

            return new FreshnessReport(FreshnessFigures.Of(recent), FreshnessFigures.Of(_wholeRun), _lastBeatAt, _lastDeliveredAt, [.. minutes]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void TurnTo(DateTimeOffset now)
    {
        var minute = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        if (minute == _currentMinute)
        {
            return;
        }

        if (_current.Count > 0)
        {
            _minutes.Enqueue((_currentMinute, _current));
            _current = new DurationHistogram();
        }

        while (_minutes.Count > MinutesKept)
        {
            _minutes.Dequeue();
        }

        _currentMinute = minute;
    }
}
