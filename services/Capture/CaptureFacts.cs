using System.Collections.Immutable;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Capture;

/// <summary>Figures of a capture. Counts are of this process's life.</summary>
public sealed record CaptureFacts
{
    /// <summary>What it does: waiting, snapshot, streaming or stopped.</summary>
    public string Phase { get; init; } = "waiting";

    /// <summary>Slot at the source.</summary>
    public string SlotName { get; init; } = string.Empty;

    /// <summary>Everything before it was acknowledged by the broker.</summary>
    public Lsn? AcknowledgedLsn { get; init; }

    /// <summary>What the slot was told; the source may drop log before it.</summary>
    public Lsn? ConfirmedLsn { get; init; }

    /// <summary>Bytes of write-ahead log the slot holds at the source; null before the first measurement.</summary>
    public long? RetainedBytes { get; init; }

    /// <summary>Bytes it may hold before capture warns.</summary>
    public long BudgetBytes { get; init; }

    /// <summary>Transactions acknowledged.</summary>
    public long Transactions { get; init; }

    /// <summary>Messages of changes acknowledged, tombstones included.</summary>
    public long Events { get; init; }

    /// <summary>Rows the snapshot has sent.</summary>
    public long SnapshotRows { get; init; }

    /// <summary>Source commit time of the last acknowledged transaction.</summary>
    public DateTimeOffset? LastCommitAt { get; init; }

    /// <summary>Seconds from that commit to its acknowledgement by the broker.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>Bytes sent and not yet acknowledged.</summary>
    public long InFlightBytes { get; init; }

    /// <summary>What needs attention though capture goes on, each with what to do.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}
