using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.Landing.Waiting;

/// <summary>There is no room for these events to wait: they have to stay in their topics for now, with all that follows them there.</summary>
internal sealed class WaitingFullException(IReadOnlyList<LogPosition> noRoomFor) : Exception("no room for more waiting events")
{
    /// <summary>Positions of the events.</summary>
    public IReadOnlyList<LogPosition> NoRoomFor { get; } = noRoomFor;
}
