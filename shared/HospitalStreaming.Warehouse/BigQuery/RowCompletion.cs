using HospitalStreaming.Core.Merging;
using HospitalStreaming.Warehouse.Letters;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>Makes the final rows of a load whole before they are staged: what changes keep is read from current, and from raw where a row came from another key.</summary>
internal sealed class RowCompletion(CurrentRows current)
{
    /// <summary>Reduces a load's changes, as far as the latest truncate leaves them, and fills in what they keep.</summary>
    internal async Task CompleteAsync(
        TableBatch batch,
        ILookup<string, PendingMove> pending,
        IReadOnlyDictionary<string, HashSet<RowKey>> held,
        IReadOnlyList<BookedLetter> letters,
        LetterDecisions decisions,
        CancellationToken cancellation)
    {
        var table = batch.Table;
        if (!table.HasKey)
        {
            return;
        }

        var read = Left(batch.Read, batch.Truncation);
        var changes = batch.Waited.Count == 0 ? read : [.. Left(batch.Waited, batch.Truncation), .. read];
        var known = await current.StatesAsync(table, [.. changes.Select(change => change.Key).Distinct()], cancellation);
        var rows = ChangeReducer.Reduce(changes, known, batch.Key);
        var keeping = rows.Values.Where(row => row.KeepsSome).Select(row => row.Last.Key).ToList();
        var old = await current.ValuesAsync(table, keeping, cancellation);
        foreach (var key in keeping)
        {
            var before = old.GetValueOrDefault(key);
            rows[key] = rows[key] with
            {
                Values = [.. rows[key].Values.Select((value, i) => ReferenceEquals(value, KeptValue.Instance) ? before?[i] : value)],
            };
        }

        // A key that is held now may not have been where a change waited; its history says so itself.
        var arrived = changes.Where(change => change is { Act: ChangeAct.Delete, Lsn: not null }).Select(change => (change.Key, (long)change.Lsn!.Value.Value)).ToHashSet();
        var moved = changes.Where(change => change.KeepsFromElsewhere).Select(change => change.Key)
            .Concat(pending[table.Name].Where(entry => arrived.Contains((entry.MissingKey, entry.MissingLsn))).Select(entry => entry.Key))
            .Where(key => batch.Waited.Count > 0 || held.GetValueOrDefault(table.Name)?.Contains(key) != true).Concat(batch.Remade).ToHashSet();
        batch.Rows = rows;
        if (moved.Count > 0)
        {
            await RemakeAsync(batch, moved, read, letters, decisions, rows, cancellation);
        }
    }

    private static List<RowChange> Left(List<RowChange> changes, Truncation? truncation) =>
        truncation is { } latest ? changes.FindAll(change => !latest.Removes(change)) : changes;

    /// <summary>Makes keys anew from raw.</summary>
    internal async Task RemakeAsync(
        TableBatch batch, IReadOnlySet<RowKey> keys, IReadOnlyList<BookedLetter> letters, LetterDecisions decisions, CancellationToken cancellation)
    {
        var rows = new Dictionary<RowKey, FinalRow>();
        if (batch.Table.HasKey)
        {
            await RemakeAsync(batch, keys, [], letters, decisions, rows, cancellation);
        }

        batch.Rows = rows;
    }

    private async Task RemakeAsync(
        TableBatch batch,
        IReadOnlySet<RowKey> keys,
        IReadOnlyList<RowChange> loading,
        IReadOnlyList<BookedLetter> letters,
        LetterDecisions decisions,
        Dictionary<RowKey, FinalRow> rows,
        CancellationToken cancellation)
    {
        var table = batch.Table;
        LetterPlace[] apart = [.. letters.Where(letter => letter.Table == table.Name).Select(letter => letter.Place)];
        var histories = await current.HistoriesAsync(table, keys, loading, apart, decisions, batch.Truncation, batch.Release.Waits, cancellation);
        foreach (var key in keys)
        {
            var replayed = KeyReplay.Of(key, from => histories.GetValueOrDefault(from) ?? [], batch.Key);
            if (replayed.Row is { } row)
            {
                rows[key] = row with { Values = [.. row.Values.Select(value => ReferenceEquals(value, KeptValue.Instance) ? null : value)] };
                batch.Moves[key] = replayed.Missing is { } missing ? new PendingMove(key, missing.Key, (long)missing.Lsn.Value) : null;
            }
        }
    }
}
