namespace HospitalStreaming.Hosting.Line;

/// <summary>One sample of the whole line.</summary>
/// <param name="At">When it was sampled.</param>
/// <param name="Stops">Every stop in flow order, left to right (see <see cref="LineStopNames.InOrder"/>).</param>
public sealed record LineSnapshot(DateTimeOffset At, IReadOnlyList<LineStop> Stops)
{
    /// <summary>Nothing sampled yet.</summary>
    public static LineSnapshot None { get; } = new(DateTimeOffset.MinValue, []);
}
