namespace HospitalStreaming.Core.Simulation;

/// <summary>A place where the stream can be entered: the number of the first event at or after a full simulated hour.</summary>
/// <param name="Sequence">Number of that event.</param>
/// <param name="Hour">Simulated hours since the stream's beginning.</param>
public readonly record struct SimulationCheckpoint(long Sequence, long Hour)
{
    /// <summary>The stream's beginning.</summary>
    public static SimulationCheckpoint Beginning { get; } = new(0, 0);
}
