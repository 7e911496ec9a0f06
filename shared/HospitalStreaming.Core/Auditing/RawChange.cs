using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Core.Auditing;

/// <summary>One row of raw as an audit reads it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Change">What it does; null for poison, which holds the key back from here on.</param>
/// <param name="TransactionId">Source transaction, where the record names one.</param>
/// <param name="Lsn">Source LSN, of snapshot rows too.</param>
public readonly record struct RawChange(RowKey Key, RowChange? Change, uint? TransactionId, Lsn? Lsn)
{
    /// <summary>It was decided to go on without it: it changes nothing and holds nothing, but the source may be ahead of raw by it.</summary>
    public bool Skipped { get; init; }

    /// <summary>Current must not have it yet: its transaction, or one before it, is not whole.</summary>
    public bool Waits { get; init; }
}
