namespace HospitalStreaming.Lake;

/// <summary>
/// Tells readers in the same process that the lake has grown, so that they need not poll fast. A hint only: readers elsewhere poll, and a reader
/// here polls as well, more slowly.
/// </summary>
public sealed class LakeNews(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _edition;

    /// <summary>Grows with every announcement. Take it before looking at the lake, then wait for a later one.</summary>
    public long Edition => Interlocked.Read(ref _edition);

    /// <summary>An object or document was created.</summary>
    public void Announce()
    {
        TaskCompletionSource waiting;
        lock (_lock)
        {
            Interlocked.Increment(ref _edition);
            waiting = _next;
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.SetResult();
    }

    /// <summary>Returns when there is a later edition than the one seen, or when the time is up.</summary>
    public async Task WaitAsync(long seen, TimeSpan atMost, CancellationToken cancellation)
    {
        Task next;
        lock (_lock)
        {
            if (_edition > seen)
            {
                return;
            }

            next = _next.Task;
        }

        await Task.WhenAny(next, Task.Delay(atMost, clock, cancellation));
        cancellation.ThrowIfCancellationRequested();
    }
}
