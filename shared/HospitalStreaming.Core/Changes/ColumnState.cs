namespace HospitalStreaming.Core.Changes;

/// <summary>What a change says of one column.</summary>
public enum ColumnState
{
    /// <summary>The row has no such field: the column did not exist then.</summary>
    Missing,

    /// <summary>A value.</summary>
    Value,

    /// <summary>NULL.</summary>
    Null,

    /// <summary>A large value the update did not touch: keep the old one, never NULL.</summary>
    Unchanged,

    /// <summary>It does not fit the column.</summary>
    Rejected,
}
