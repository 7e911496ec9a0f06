using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Transactions;

namespace HospitalStreaming.Core.Merging;

/// <summary>One record of a change topic, read for the warehouse: what raw keeps of it, and what it does to its row.</summary>
public readonly record struct ReadRecord
{
    /// <summary>c, u, d, r, t or m; null for tombstones, heartbeats and poison.</summary>
    public string? Op { get; init; }

    /// <summary>Source LSN, where the record has one.</summary>
    public Lsn? Lsn { get; init; }

    /// <summary>Source transaction, where the record names one.</summary>
    public uint? TransactionId { get; init; }

    /// <summary>Its transaction and its place there, where the source sends transaction metadata.</summary>
    public TransactionMark? Transaction { get; init; }

    /// <summary>Read by a snapshot.</summary>
    public bool Snapshot { get; init; }

    /// <summary>Source commit time, where the record has one.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>The key's JSON exactly as it came; null where there is none that can be read.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>The row before as JSON, exactly as it came.</summary>
    public ReadOnlyMemory<byte>? Before { get; init; }

    /// <summary>The row after as JSON, exactly as it came.</summary>
    public ReadOnlyMemory<byte>? After { get; init; }

    /// <summary>The key's JSON before an update changed it, exactly as it came; null for every other change.</summary>
    public byte[]? OldKey { get; init; }

    /// <summary>What it does to its row; null where it does nothing (tombstone, heartbeat) or cannot be applied.</summary>
    public RowChange? Change { get; init; }

    /// <summary>It empties the table; null for every other record.</summary>
    public Truncation? Truncation { get; init; }

    /// <summary>Why it cannot be applied; null where it can.</summary>
    public ChangeRejection? Poison { get; init; }

    /// <summary>The column whose value is none of its type, where that is why it cannot be applied; null for every other reason.</summary>
    public string? RefusedColumn { get; init; }

    /// <summary>The key a poison record holds back; null where even that cannot be read.</summary>
    public RowKey? HeldKey { get; init; }
}
