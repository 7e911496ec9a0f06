using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Core.Auditing;

/// <summary>What raw says of one key: now, and as a snapshot of the source must have seen it.</summary>
/// <param name="Now">The row or tombstone that raw comes to, but for changes that wait for their transactions; null where no change of the key could be applied, or a truncate removed them all.</param>
/// <param name="AtSource">The same, of the changes the source snapshot sees.</param>
/// <param name="Held">A poison record holds the key back: the source may be ahead of it.</param>
/// <param name="Skipped">A change was skipped by decision, and none since has brought the whole row: the source may be ahead by it.</param>
public readonly record struct KeyAudit(FinalRow? Now, FinalRow? AtSource, bool Held, bool Skipped)
{
    /// <summary>A truncate removed all the key's changes. Current may have a tombstone of what it knew then, or nothing.</summary>
    public bool Emptied { get; init; }

    /// <summary>Works it out.</summary>
    /// <param name="key">The key.</param>
    /// <param name="historyOf">Raw rows of a key in log order; more than one key is asked for only where rows moved between keys.</param>
    /// <param name="view">What the source snapshot sees.</param>
    /// <param name="at">Log position of the source snapshot; null where the source is not compared.</param>
    /// <param name="truncations">The last truncate of raw, and the last one that the source snapshot sees.</param>
    /// <param name="table">How the table's rows are told apart.</param>
    public static KeyAudit Of(
        RowKey key,
        Func<RowKey, IReadOnlyList<RawChange>> historyOf,
        TransactionView? view,
        Lsn at,
        (Truncation? Now, Truncation? AtSource) truncations,
        TableKey table)
    {
        var history = historyOf(key);
        var now = KeyReplay.Of(key, one => [.. Applicable(historyOf(one).Where(change => !change.Waits), truncations.Now)], table).Row;
        var held = history.Any(change => change is { Change: null, Skipped: false });
        var skipped = IsBehind(history, view, at);
        var emptied = now is null && Applicable(history.Where(change => !change.Waits), null).Any();
        if (view is null || (truncations.Now == truncations.AtSource && !history.Any(change => change.Waits) && history.All(change => change.Change is null || IsSeen(change, view, at))))
        {
            return new KeyAudit(now, now, held, skipped) { Emptied = emptied };
        }

        var atSource = KeyReplay.Of(key, one => [.. Applicable(historyOf(one).Where(change => change.Change is null || IsSeen(change, view, at)), truncations.AtSource)], table).Row;
        return new KeyAudit(now, atSource, held, skipped) { Emptied = emptied };
    }

    private static IEnumerable<RowChange> Applicable(IEnumerable<RawChange> history, Truncation? truncation) =>
        history.TakeWhile(change => change.Change is not null || change.Skipped).Select(change => change.Change).OfType<RowChange>()
            .Where(change => truncation?.Removes(change) != true);

    private static bool IsBehind(IReadOnlyList<RawChange> history, TransactionView? view, Lsn at)
    {
        var behind = false;
        foreach (var change in history)
        {
            behind = change.Skipped
                || (behind && !(change.Change is { } row && (view is null || IsSeen(change, view, at))
                    && (row.Values is null || !KeptValue.IsIn(row.Values))));
        }

        return behind;
    }

    // A row that a later snapshot read shows a later state; transaction ids are those of readers there, and say nothing.
    private static bool IsSeen(RawChange change, TransactionView view, Lsn at) => change switch
    {
        { Change.Act: ChangeAct.Snapshot } => change.Lsn is not { } read || read <= at,
        { TransactionId: { } id } => view.Sees(id),
        _ => change.Lsn is { } lsn && lsn <= at,
    };
}
