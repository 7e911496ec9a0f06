namespace HospitalStreaming.Core.Merging;

/// <summary>What a batch leaves of one key: one row to write, or a tombstone.</summary>
/// <param name="Last">The last new change: operation, place and commit time of the row.</param>
/// <param name="State">What has been seen of the key once the row is written.</param>
/// <param name="Values">Final values in column order; <see cref="KeptValue.Instance"/> where the table's old value stays. For a tombstone: the key, else nulls.</param>
public readonly record struct FinalRow(RowChange Last, KeyState State, object?[] Values)
{
    /// <summary>The row is gone; its tombstone stays, so that no redelivery revives it.</summary>
    public bool Deleted => Last.Act == ChangeAct.Delete;

    /// <summary>Whether some column keeps the value the table has.</summary>
    public bool KeepsSome => KeptValue.IsIn(Values);
}
