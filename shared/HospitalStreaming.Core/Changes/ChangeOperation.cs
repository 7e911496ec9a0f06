namespace HospitalStreaming.Core.Changes;

/// <summary>Debezium's op.</summary>
public enum ChangeOperation
{
    /// <summary>No change: heartbeat, tombstone, boundary or rejected.</summary>
    None,

    /// <summary>c: a row was inserted.</summary>
    Create,

    /// <summary>u: a row was updated.</summary>
    Update,

    /// <summary>d: a row was deleted.</summary>
    Delete,

    /// <summary>r: a row read by a snapshot.</summary>
    Read,

    /// <summary>t: the table was truncated.</summary>
    Truncate,

    /// <summary>m: a logical message (pg_logical_emit_message).</summary>
    Message,
}
