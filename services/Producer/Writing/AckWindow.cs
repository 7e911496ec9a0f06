namespace HospitalStreaming.Producer.Writing;

/// <summary>
/// The events sent and not yet acknowledged, never spanning more than a window of the stream: what makes the newest record in the topics bound how
/// far back anything may miss. Safe for the sender and the client's delivery thread.
/// </summary>
internal sealed class AckWindow(int window, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly long[] _sequences = new long[window];
    private readonly long[] _sentAt = new long[window];
    private readonly bool[] _acked = new bool[window];
    private TaskCompletionSource? _room;
    private Exception? _failure;
    private long _head;
    private long _tail;
    private long _through = -1;
    private long _wakeAt;

    /// <summary>Every event up to this one that was to be sent has been acknowledged.</summary>
    public long AckedThrough
    {
        get
        {
            lock (_gate)
            {
                return _through;
            }
        }
    }

    /// <summary>How long the oldest unacknowledged event has been waiting; null where none is.</summary>
    public TimeSpan? OldestAge
    {
        get
        {
            lock (_gate)
            {
                return _head == _tail ? null : clock.GetElapsedTime(_sentAt[_head % window]);
            }
        }
    }

    /// <summary>Adds an event about to be sent; null while there is no room for it.</summary>
    /// <returns>The slot to acknowledge it by.</returns>
    public long? TryAdd(long sequence)
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            if (_tail - _head == window || (_tail > _head && sequence - _sequences[_head % window] >= window))
            {
                return null;
            }

            _sequences[_tail % window] = sequence;
            _sentAt[_tail % window] = clock.GetTimestamp();
            _acked[_tail % window] = false;
            return _tail++;
        }
    }

    /// <summary>The broker has the event of that slot.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Ack(long slot)
    {
        lock (_gate)
        {
            _acked[slot % window] = true;
            var took = clock.GetElapsedTime(_sentAt[slot % window]);
            while (_head < _tail && _acked[_head % window])
            {
                _through = _sequences[_head % window];
                _head++;
            }

            if (_head >= _wakeAt)
            {
                Wake();
            }

            return took;
        }
    }

    /// <summary>An event cannot be delivered: nothing more is taken.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            Wake();
        }
    }

    /// <summary>Whether an event could not be delivered.</summary>
    public bool Failed
    {
        get
        {
            lock (_gate)
            {
                return _failure is not null;
            }
        }
    }

    /// <summary>Completes when a good part of what is pending now has been acknowledged, or on a failure.</summary>
    public Task ChangeAsync()
    {
        lock (_gate)
        {
            if (_failure is not null || _head == _tail)
            {
                return Task.CompletedTask;
            }

            // Not at every single acknowledgement: the sender would wake for one event at a time.
            _wakeAt = Math.Min(_tail, _head + Math.Max(1, window / 8));
            return (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Wake()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
