namespace HospitalStreaming.Producer.Writing;

/// <summary>
/// Spaces events evenly at a rate. After a stall it catches up no more than a second's worth; a plan of moments, not a count a second, keeps high
/// rates smooth though timers are coarse.
/// </summary>
internal sealed class RatePacer
{
    private readonly TimeProvider _clock;
    private readonly double _ticksAnEvent;
    private readonly double _mostBehind;
    private double _due;

    public RatePacer(TimeProvider clock, double eventsASecond)
    {
        _clock = clock;
        _ticksAnEvent = clock.TimestampFrequency / eventsASecond;
        _mostBehind = clock.TimestampFrequency;
        _due = clock.GetTimestamp();
    }

    /// <summary>Plans the next event and tells how long to wait for its moment; zero or less for now.</summary>
    public TimeSpan Next()
    {
        var now = _clock.GetTimestamp();
        _due = Math.Max(_due + _ticksAnEvent, now - _mostBehind);
        return TimeSpan.FromSeconds((_due - now) / _clock.TimestampFrequency);
    }
}
