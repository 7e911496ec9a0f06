namespace HospitalStreaming.Core.Merging;

/// <summary>What a scalar of a change's message is read for.</summary>
internal enum RecordRole
{
    /// <summary>Nothing: whatever it is, the change is the same.</summary>
    None,

    /// <summary>A column of the row after.</summary>
    Column,

    /// <summary>source.lsn.</summary>
    Lsn,

    /// <summary>source.txId.</summary>
    TransactionId,

    /// <summary>source.ts_us.</summary>
    CommittedMicros,

    /// <summary>source.ts_ms, where there is no ts_us.</summary>
    CommittedMillis,

    /// <summary>transaction.id.</summary>
    MarkId,

    /// <summary>transaction.data_collection_order.</summary>
    MarkOrder,
}
