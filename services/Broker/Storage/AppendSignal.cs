namespace HospitalStreaming.Broker.Storage;

/// <summary>Wakes the fetches that wait for a partition to grow. A waiter registers first and looks again after, so that nothing is missed.</summary>
internal sealed class AppendSignal
{
    private readonly Lock _lock = new();
    private readonly List<FetchWaiter> _waiters = [];
    private bool _ended;

    public void Register(FetchWaiter waiter)
    {
        lock (_lock)
        {
            if (!_ended)
            {
                _waiters.Add(waiter);
                return;
            }
        }
        waiter.TrySetResult();
    }

    public void Unregister(FetchWaiter waiter)
    {
        lock (_lock)
        {
            _waiters.Remove(waiter);
        }
    }

    public void Wake()
    {
        lock (_lock)
        {
            foreach (var waiter in _waiters)
            {
                waiter.TrySetResult();
            }
            _waiters.Clear();
        }
    }

    /// <summary>Wakes all, now and for ever: the partition is gone.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
        }
        Wake();
    }
}
