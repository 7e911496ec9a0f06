namespace HospitalStreaming.Core.Changes;

/// <summary>Debezium's source block: where a change came from. What a message does not carry is null.</summary>
public sealed record ChangeSource
{
    /// <summary>Table; empty for logical messages, null in unwrapped messages (the topic names it).</summary>
    public string? Table { get; init; }

    /// <summary>Place of this change in the write-ahead log, or null (incremental snapshots). Several changes may share one.</summary>
    public Lsn? Lsn { get; init; }

    /// <summary>Top-level transaction id, or null.</summary>
    public uint? TransactionId { get; init; }

    /// <summary>Debezium's ["last commit LSN","LSN"], as text.</summary>
    public string? Sequence { get; init; }

    /// <summary>Whether and where a snapshot read it.</summary>
    public SnapshotMarker Snapshot { get; init; }

    /// <summary>Commit time at the source (snapshot rows: snapshot time), to the microsecond where given.</summary>
    public DateTimeOffset? CommittedAt { get; init; }
}
