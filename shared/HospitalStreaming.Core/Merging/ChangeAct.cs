namespace HospitalStreaming.Core.Merging;

/// <summary>What a change does to its row.</summary>
public enum ChangeAct
{
    /// <summary>The row as a snapshot saw it (op r). Ordered by the log alone: its LSN says nothing against a streamed change's.</summary>
    Snapshot,

    /// <summary>A streamed insert (op c).</summary>
    Insert,

    /// <summary>A streamed update (op u): the row as it is after it, but for large columns it did not touch.</summary>
    Update,

    /// <summary>A streamed delete (op d).</summary>
    Delete,
}
