using System.Collections.Immutable;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture.State;

/// <summary>What capture remembers of a slot, in topic hospital.capture-state under the slot's name; the last record wins.</summary>
internal sealed record CaptureState
{
    public required CapturePhase Phase { get; init; }

    /// <summary>System identifier of the PostgreSQL cluster: another one means another database.</summary>
    public required string SystemId { get; init; }

    /// <summary>Timeline: it changes with a failover or a restore to a point in time.</summary>
    public required uint Timeline { get; init; }

    public required string Database { get; init; }

    /// <summary>Where the slot's stream starts; 0/0 before the slot stands.</summary>
    public Lsn ConsistentPoint { get; init; }

    /// <summary>Everything before it is acknowledged. The slot is never confirmed beyond what is recorded here.</summary>
    public Lsn Position { get; init; }

    /// <summary>Tables the snapshot covered or will cover.</summary>
    public ImmutableSortedSet<string> Tables { get; init; } = ImmutableSortedSet<string>.Empty;
}
