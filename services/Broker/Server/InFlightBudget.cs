namespace HospitalStreaming.Broker.Server;

/// <summary>Bounds the bytes of large requests held at once; who does not fit waits its turn.</summary>
internal sealed class InFlightBudget(long bytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Granted)> _waiting = [];
    private long _free = bytes;

    public async ValueTask TakeAsync(long wanted, CancellationToken stopping)
    {
        TaskCompletionSource granted;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _free >= wanted)
            {
                _free -= wanted;
                return;
            }
            granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((wanted, granted));
        }
        await using (stopping.Register(() => granted.TrySetCanceled(stopping)))
        {
            await granted.Task;
        }
    }

    public void Return(long taken)
    {
        lock (_lock)
        {
            _free += taken;
            while (_waiting.TryPeek(out var next) && (next.Granted.Task.IsCanceled || _free >= next.Bytes))
            {
                _waiting.Dequeue();
                if (next.Granted.TrySetResult())
                {
                    _free -= next.Bytes;
                }
            }
        }
    }
}
