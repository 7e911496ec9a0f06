using HospitalStreaming.Capture.Publishing;
using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Capture.Source;
using HospitalStreaming.Capture.State;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;

namespace HospitalStreaming.Capture.Replication;

/// <summary>
/// Runs a stream and, on a timer, tells the source what is done, so that neither a slow broker nor an idle source ends the session. The order is
/// always: acknowledged by the broker, recorded in the state topic, confirmed to the slot. So the slot is never ahead of what is recorded, and a
/// slot that is was moved by somebody else.
/// </summary>
internal sealed class StreamControl(
    CaptureSettings settings,
    ReplicationStream stream,
    StreamSession session,
    TransactionLedger ledger,
    CaptureStateStore store,
    CaptureState state,
    CaptureStatus status,
    RoleHealth health,
    SourceMonitor monitor,
    TimeProvider clock)
{
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BoundaryPatience = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _atBoundary = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CaptureState _state = state;
    private Lsn _recorded = state.Position;
    private long _recordedAt = clock.GetTimestamp();
    private Task? _recording;
    private volatile bool _draining;

    /// <summary>Streams until asked to stop; then lets what was sent be acknowledged, records and confirms it, and ends.</summary>
    public async Task RunAsync(CancellationToken stopping, CancellationToken hard)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(hard);
        var reading = stream.RunAsync(_state.Position, session.TakeAsync, BetweenMessagesAsync, end.Token);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await WaitAsync(reading, stopping);
                if (reading.IsCompleted)
                {
                    await reading;
                    throw new IOException("the source ended the stream");
                }

                await TurnAsync(hard);
            }

            await DrainAsync(hard);
        }
        finally
        {
            await end.CancelAsync();
            await IgnoreAsync(reading);
        }
    }

    private async Task WaitAsync(Task reading, CancellationToken stopping)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(reading, Task.Delay(settings.StatusInterval, clock, both.Token));
        await both.CancelAsync();
    }

    private async Task TurnAsync(CancellationToken hard)
    {
        if (ledger.Failure is { } failure)
        {
            throw failure;
        }

        await RecordAsync(hard);
        await ConfirmAsync(hard);
        if (monitor.Alarm.Length > 0)
        {
            health.Unhealthy(RoleNames.Capture, monitor.Alarm);
        }
        else
        {
            health.Healthy(RoleNames.Capture);
        }
    }

    // Recording waits for the broker, telling the source must not: the record is left under way and looked at on the next turn.
    private async Task RecordAsync(CancellationToken hard)
    {
        if (_recording is { IsCompleted: true })
        {
            await _recording;
            _recording = null;
            _recorded = _state.Position;
        }

        var position = ledger.Confirmable(stream.Received);
        if (_recording is null && position > _state.Position && clock.GetElapsedTime(_recordedAt) >= settings.FlushInterval)
        {
            _recordedAt = clock.GetTimestamp();
            _state = _state with { Position = position };
            _recording = store.WriteAsync(_state, hard);
        }
    }

    private async Task ConfirmAsync(CancellationToken hard)
    {
        if (await stream.ConfirmAsync(_recorded, hard))
        {
            status.Update(facts => facts with { ConfirmedLsn = _recorded });
        }

        status.Update(facts => facts with { Events = ledger.Events, InFlightBytes = ledger.InFlightBytes });
    }

    private async Task DrainAsync(CancellationToken hard)
    {
        _draining = true;
        if (session.InTransaction)
        {
            await Task.WhenAny(_atBoundary.Task, Task.Delay(BoundaryPatience, clock, hard));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(hard);
        patience.CancelAfter(DrainPatience);
        try
        {
            await ledger.EmptyAsync(patience.Token);
            if (_recording is not null)
            {
                await _recording.WaitAsync(patience.Token);
                _recorded = _state.Position;
            }

            var position = ledger.Confirmable(stream.Received);
            if (position > _recorded)
            {
                _state = _state with { Position = position };
                await store.WriteAsync(_state, patience.Token);
                _recorded = position;
            }

            await ConfirmAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!hard.IsCancellationRequested)
        {
            // The broker is away: what it has not acknowledged is sent again after the next start.
        }
    }

    private Task BetweenMessagesAsync()
    {
        if (!_draining || session.InTransaction)
        {
            return Task.CompletedTask;
        }

        // Held until the end is cancelled: nothing more is taken, and the connection stays to carry the last confirmation.
        _atBoundary.TrySetResult();
        return Task.Delay(Timeout.InfiniteTimeSpan, _held.Token);
    }

    private readonly CancellationTokenSource _held = new();

    private async Task IgnoreAsync(Task reading)
    {
        await _held.CancelAsync();
        try
        {
            await reading;
        }
        catch (Exception)
        {
            // Whatever ended the reading was thrown already, or is our own cancellation.
        }

        _held.Dispose();
    }
}
