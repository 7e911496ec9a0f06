namespace HospitalStreaming.Hosting.Line;

/// <summary>What the line looks like now: one sampler fills it about once a second, the dashboard and status show it.</summary>
public interface ILineStatus
{
    /// <summary>The last sample; never null (<see cref="LineSnapshot.None"/> before the first). Reading it costs nothing.</summary>
    LineSnapshot Current { get; }
}
