using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>One record of a key's history and what it made of the row.</summary>
/// <param name="At">The source's commit time; null where the record has none.</param>
/// <param name="Lsn">Source LSN; null where the record has none.</param>
/// <param name="Kind">What the record did.</param>
/// <param name="Row">The row after it, or its tombstone; null where there is none yet.</param>
public sealed record RowVersion(DateTimeOffset? At, Lsn? Lsn, RowVersionKind Kind, FinalRow? Row)
{
    /// <summary>The versions of a key, oldest first.</summary>
    /// <param name="key">The key.</param>
    /// <param name="historyOf">Raw rows of a key in log order; of other keys where the row moved between keys.</param>
    /// <param name="table">How the table's rows are told apart.</param>
    public static IReadOnlyList<RowVersion> Of(RowKey key, Func<RowKey, IReadOnlyList<RawChange>> historyOf, TableKey table)
    {
        var versions = new List<RowVersion>();
        var history = historyOf(key);
        KeyState? state = null;
        FinalRow? row = null;
        var held = false;
        for (var i = 0; i < history.Count; i++)
        {
            var change = history[i];
            held |= change is { Change: null, Skipped: false };
            var kind = change switch
            {
                { Skipped: true } => RowVersionKind.Skipped,
                { Change: null } => RowVersionKind.SetAside,
                _ when held => RowVersionKind.Waits,
                { Change: { } act } when !ChangeOrder.IsNew(state, act) => RowVersionKind.Redelivered,
                _ => RowVersionKind.Applied,
            };
            if (kind == RowVersionKind.Applied)
            {
                state = ChangeOrder.After(state, change.Change!.Value);
                row = Replay(key, history.Take(i + 1), historyOf, table);
            }

            versions.Add(new RowVersion(change.Change?.CommittedAt, change.Lsn, kind, row));
        }

        return versions;
    }

    private static FinalRow? Replay(RowKey key, IEnumerable<RawChange> upToHere, Func<RowKey, IReadOnlyList<RawChange>> historyOf, TableKey table)
    {
        var own = Applicable(upToHere);
        return KeyReplay.Of(key, one => one == key ? own : Applicable(historyOf(one)), table).Row;
    }

    private static IReadOnlyList<RowChange> Applicable(IEnumerable<RawChange> history) =>
        [.. history.TakeWhile(change => change.Change is not null || change.Skipped).Select(change => change.Change).OfType<RowChange>()];
}
