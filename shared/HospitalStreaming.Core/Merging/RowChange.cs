using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Merging;

/// <summary>One change of one row, at its place in the log.</summary>
/// <param name="Key">Primary key.</param>
/// <param name="Act">What it does.</param>
/// <param name="Lsn">Source LSN of a streamed change; null for a snapshot row, whose LSN orders nothing.</param>
/// <param name="SourceEpoch">Source epoch of its place in the log, from 1.</param>
/// <param name="Partition">Partition of the change topic.</param>
/// <param name="Offset">Offset within it.</param>
/// <param name="CommittedAt">The source's commit time where the message has one.</param>
/// <param name="Values">
/// Values in table column order; <see cref="KeptValue.Instance"/> where the column stays as it was. Null for a delete.
/// </param>
public readonly record struct RowChange(
    RowKey Key, ChangeAct Act, Lsn? Lsn, int SourceEpoch, int Partition, long Offset, DateTimeOffset? CommittedAt, object?[]? Values)
{
    /// <summary>
    /// The key this row had before an update changed its primary key. Columns it keeps (<see cref="KeptValue"/>) are that row's, as it was when
    /// the delete of the same LSN removed it; that delete may be in another partition, and come later. Null for every other change.
    /// </summary>
    public RowKey? MovedFrom { get; init; }

    /// <summary>Source LSN that the record carries, a snapshot row's too. It orders rows against a truncate and nothing else.</summary>
    public Lsn? ReadAt { get; init; }

    /// <summary>Whether it keeps columns of a row that had another key.</summary>
    public bool KeepsFromElsewhere => MovedFrom is not null && Values is not null && KeptValue.IsIn(Values);
}
