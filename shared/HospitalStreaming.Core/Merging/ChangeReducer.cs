using System.Runtime.InteropServices;

namespace HospitalStreaming.Core.Merging;

/// <summary>Many changes of many keys, in log order, reduced to one final row a key.</summary>
public static class ChangeReducer
{
    /// <summary>Reduces a batch.</summary>
    /// <param name="changes">Changes in log order within each partition; a key's changes all come from one partition.</param>
    /// <param name="seen">What was applied before this batch, by key; keys never seen are absent.</param>
    /// <param name="table">How the table's rows are told apart.</param>
    /// <returns>One row a key that has at least one new change, by key.</returns>
    public static Dictionary<RowKey, FinalRow> Reduce(
        IReadOnlyList<RowChange> changes, IReadOnlyDictionary<RowKey, KeyState> seen, TableKey table)
    {
        var rows = new Dictionary<RowKey, FinalRow>(changes.Count);
        for (var i = 0; i < changes.Count; i++)
        {
            var change = changes[i];
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, change.Key, out var inBatch);
            KeyState? state = inBatch ? row.State : seen.TryGetValue(change.Key, out var before) ? before : null;
            if (!ChangeOrder.IsNew(state, change))
            {
                if (!inBatch)
                {
                    rows.Remove(change.Key);
                }

                continue;
            }

            row = new FinalRow(change, ChangeOrder.After(state, change), Merge(inBatch ? row.Values : null, change, table));
        }

        return rows;
    }

    private static object?[] Merge(object?[]? before, in RowChange change, TableKey table)
    {
        if (change.Values is not { } values)
        {
            return table.Tombstone(change.Key);
        }

        if (before is null || !KeptValue.IsIn(values))
        {
            return values;
        }

        var merged = new object?[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            merged[i] = ReferenceEquals(values[i], KeptValue.Instance) ? before[i] : values[i];
        }

        return merged;
    }
}
