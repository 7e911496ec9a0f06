using System.Collections.Concurrent;

namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>The system's clock, but timers of an hour and more fire when the test says.</summary>
internal sealed class HourTimers : TimeProvider
{
    private readonly ConcurrentBag<(TimerCallback Callback, object? State)> _long = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.FromHours(1))
        {
            _long.Add((callback, state));
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }

    public void FireAll()
    {
        foreach (var (callback, state) in _long)
        {
            callback(state);
        }
    }
}
