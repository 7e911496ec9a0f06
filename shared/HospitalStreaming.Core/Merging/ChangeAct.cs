namespace HospitalStreaming.Core.Merging;

/// <summary>What a change does to its row.</summary>
public enum ChangeAct
{
    /// <summary>The row as a snapshot saw it (op r). Ordered by the log alone: its LSN says nothing against a streamed change's.</summary>
    Snapshot,

    /// <summary>A streamed insert or update (op c or u): the row as it is after it.</summary>
    Upsert,

    /// <summary>A streamed delete (op d).</summary>
    Delete,
}
