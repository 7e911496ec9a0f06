namespace HospitalStreaming.Core.Changes;

/// <summary>What a record of a change topic is.</summary>
public enum ChangeKind
{
    /// <summary>It cannot be read; <see cref="ChangeEnvelope.Rejection"/> says why.</summary>
    Rejected,

    /// <summary>A change of one row (or a truncate, or a logical message).</summary>
    Change,

    /// <summary>A key with a null value: the key's earlier records may be compacted away. It follows the delete and changes nothing more.</summary>
    Tombstone,

    /// <summary>A heartbeat of the connector: only a time.</summary>
    Heartbeat,

    /// <summary>Begin or end of a transaction on the transaction topic.</summary>
    TransactionBoundary,
}
