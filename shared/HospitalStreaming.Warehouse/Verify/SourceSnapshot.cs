using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>One reading of the source.</summary>
/// <param name="View">Transactions it sees.</param>
/// <param name="At">Log position after all of them.</param>
/// <param name="Tables">Digests of every row's columns, by table and key; without tables whose keys cannot be compared. Whoever compares a table may empty it.</param>
/// <param name="OpenFor">How long the snapshot was open.</param>
public sealed record SourceSnapshot(
    TransactionView View, Lsn At, IReadOnlyDictionary<string, Dictionary<RowKey, ulong[]>> Tables, TimeSpan OpenFor)
{
    /// <summary>By table, described columns that the source has no more, or with another type: they were read as NULL.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> Unread { get; init; } = new Dictionary<string, IReadOnlySet<string>>();
}
