using HospitalStreaming.Kafka.Consuming;

namespace HospitalStreaming.Landing.Consuming;

/// <summary>Waits for a lane's next record with a limit. The lane allows one wait at a time, so one that ran into its limit is taken up again.</summary>
internal sealed class LaneWait(Lane lane, TimeProvider clock)
{
    private Task<bool>? _waiting;

    /// <summary>Whether the lane has ended: nothing will come.</summary>
    public bool Ended { get; private set; }

    /// <summary>True when a record is there; false at the limit or at the lane's end.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken revoked)
    {
        _waiting ??= lane.WaitAsync(revoked).AsTask();
        if (!_waiting.IsCompleted)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(revoked);
            await Task.WhenAny(_waiting, Task.Delay(limit, clock, enough.Token));
            await enough.CancelAsync();
            revoked.ThrowIfCancellationRequested();
        }

        if (!_waiting.IsCompleted)
        {
            return false;
        }

        var there = await _waiting;
        _waiting = null;
        Ended = !there;
        return there;
    }
}
