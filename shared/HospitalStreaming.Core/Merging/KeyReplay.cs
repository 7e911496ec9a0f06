using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Core.Merging;

/// <summary>One key's row from its whole history: what batches must come to, and the way to mend a row that a batch could not finish.</summary>
public static class KeyReplay
{
    /// <summary>Replays a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="historyOf">All applicable changes of a key in log order; empty for one never seen.</param>
    /// <param name="table">How the table's rows are told apart.</param>
    public static ReplayedRow Of(RowKey key, Func<RowKey, IReadOnlyList<RowChange>> historyOf, TableKey table)
    {
        var walk = new Walk(historyOf, table);
        return walk.Replay(key, before: null);
    }

    private sealed class Walk(Func<RowKey, IReadOnlyList<RowChange>> historyOf, TableKey table)
    {
        private (RowKey Key, Lsn Lsn)? _missing;

        /// <param name="key">The key.</param>
        /// <param name="before">Stop in front of the delete with this LSN; null for the whole history.</param>
        internal ReplayedRow Replay(RowKey key, Lsn? before)
        {
            FinalRow? row = null;
            foreach (var change in historyOf(key))
            {
                if (!ChangeOrder.IsNew(row?.State, change))
                {
                    continue;
                }

                if (before is { } end && change.Act == ChangeAct.Delete && change.Lsn == end)
                {
                    return new ReplayedRow(row, _missing);
                }

                row = new FinalRow(change, ChangeOrder.After(row?.State, change), Values(row, change));
            }

            if (before is { } notThere)
            {
                // The delete that this row moved away with is still to come.
                _missing ??= (key, notThere);
                row = null;
            }

            return new ReplayedRow(row, _missing);
        }

        private object?[] Values(FinalRow? row, RowChange change)
        {
            if (change.Values is not { } values)
            {
                return table.Tombstone(change.Key);
            }

            if (!KeptValue.IsIn(values))
            {
                return values;
            }

            // LSNs fall with every step back, so this ends.
            var old = change is { MovedFrom: { } from, Lsn: { } lsn } ? Replay(from, lsn).Row : row;
            return [.. values.Select((value, i) => !ReferenceEquals(value, KeptValue.Instance) ? value
                : old is null || ReferenceEquals(old.Value.Values[i], KeptValue.Instance) ? null : old.Value.Values[i])];
        }
    }
}
