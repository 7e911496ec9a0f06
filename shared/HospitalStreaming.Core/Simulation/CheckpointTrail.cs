namespace HospitalStreaming.Core.Simulation;

/// <summary>The full hours the stream has passed, of which the last one a window back is what a record carries.</summary>
internal sealed class CheckpointTrail(SimulationCheckpoint entered, int window)
{
    private readonly Queue<SimulationCheckpoint> _passed = new();
    private SimulationCheckpoint _windowBack = entered;
    private long _hour = entered.Hour;

    /// <summary>Notes an event's moment and tells the checkpoint it carries.</summary>
    public SimulationCheckpoint Pass(long sequence, long at)
    {
        var hour = at / VisitCalendar.MicrosAnHour;
        if (hour > _hour)
        {
            _hour = hour;
            _passed.Enqueue(new(sequence, hour));
        }

        while (_passed.TryPeek(out var next) && next.Sequence <= sequence - window)
        {
            _windowBack = _passed.Dequeue();
        }

        return _windowBack;
    }
}
