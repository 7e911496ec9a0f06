using HospitalStreaming.Hosting.Health;

namespace HospitalStreaming.Hosting.Line;

/// <summary>One stop of the line as it is now. A null number means "not measured here", which is shown as a dash, never as 0.</summary>
/// <param name="Name">Stable name from <see cref="LineStopNames"/>.</param>
/// <param name="Title">What a person reads, e.g. "Change topics".</param>
/// <param name="Condition">Whether it works.</param>
/// <param name="Detail">What it waits for or what failed and what to do; empty when all is well. No row values.</param>
/// <param name="EventsTotal">Records that have passed this stop so far.</param>
/// <param name="EventsPerSecond">Records a second over the last few seconds.</param>
/// <param name="LagRecords">Records the stop before has and this one has not taken yet.</param>
/// <param name="LagSeconds">Age, in seconds, of the oldest record not taken yet.</param>
/// <param name="DeadLetters">Records set aside at this stop, with reason and position.</param>
/// <param name="Facts">More that is worth knowing, in the order to show it.</param>
public sealed record LineStop(
    string Name,
    string Title,
    RoleCondition Condition,
    string Detail,
    long? EventsTotal,
    double? EventsPerSecond,
    long? LagRecords,
    double? LagSeconds,
    long DeadLetters,
    IReadOnlyList<LineFact> Facts);
