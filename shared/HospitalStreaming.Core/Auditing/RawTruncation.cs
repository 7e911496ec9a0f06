using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Core.Auditing;

/// <summary>One TRUNCATE as raw has it.</summary>
/// <param name="Truncation">What it removes.</param>
/// <param name="TransactionId">Source transaction, where the record names one.</param>
public readonly record struct RawTruncation(Truncation Truncation, uint? TransactionId)
{
    /// <summary>Current must not be emptied by it yet: its transaction, or one before it, is not whole.</summary>
    public bool Waits { get; init; }

    /// <summary>The last of them; what it removes includes what the others do.</summary>
    public static Truncation? Last(IEnumerable<RawTruncation> all) =>
        all.Aggregate((Truncation?)null, (last, next) => Merging.Truncation.Later(last, next.Truncation));

    /// <summary>Whether a snapshot of the source sees the table emptied by it.</summary>
    /// <param name="view">What the source snapshot sees.</param>
    /// <param name="at">Log position of the source snapshot.</param>
    public bool IsSeen(TransactionView view, Lsn at) => TransactionId is { } id ? view.Sees(id) : Truncation.Lsn <= at;
}
