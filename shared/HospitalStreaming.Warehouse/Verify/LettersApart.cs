using HospitalStreaming.Core.Auditing;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Warehouse.Letters;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Rows of raw that were set aside or decided about, read ahead and put among a key's other rows: their own key may not be readable.</summary>
internal sealed class LettersApart
{
    private readonly Dictionary<RowKey, List<(RawPlace Place, RawChange Change)>> _byKey = [];

    /// <summary>Adds what such a row does to a key, if anything.</summary>
    internal void Add(RawPlace place, RecordReader reader, LetterDecision? decision, in ReadRecord own, int sourceEpoch, bool waits = false)
    {
        var effect = LetterDecisions.Effect(reader, decision, own, sourceEpoch);
        if (effect.Change is { } change)
        {
            Add(place, new RawChange(change.Key, change, effect.TransactionId, effect.Lsn) { Waits = waits });
        }
        else if (effect is { Poison: not null, HeldKey: { } held })
        {
            Add(place, new RawChange(held, null, effect.TransactionId, effect.Lsn) { Waits = waits });
        }
        else if (decision is not null && (own.HeldKey ?? own.Change?.Key) is { } skipped)
        {
            Add(place, new RawChange(skipped, null, own.TransactionId, own.Lsn) { Skipped = true, Waits = waits });
        }
    }

    /// <summary>Puts them among rows that come key by key, each key's in log order.</summary>
    /// <param name="rows">The other rows.</param>
    /// <param name="keys">Keys that are asked for; null for all.</param>
    internal async IAsyncEnumerable<RawChange> AmongAsync(IAsyncEnumerable<(RawPlace Place, RawChange Change)> rows, IReadOnlyCollection<RowKey>? keys)
    {
        RowKey? last = null;
        await foreach (var (place, change) in rows)
        {
            if (last is { } done && done != change.Key)
            {
                foreach (var rest in Take(done, null))
                {
                    yield return rest;
                }
            }

            last = change.Key;
            foreach (var before in Take(change.Key, place))
            {
                yield return before;
            }

            yield return change;
        }

        foreach (var key in _byKey.Keys.Where(key => keys is null || keys.Contains(key)).ToList())
        {
            foreach (var rest in Take(key, null))
            {
                yield return rest;
            }
        }
    }

    private void Add(RawPlace place, RawChange change)
    {
        if (!_byKey.TryGetValue(change.Key, out var rows))
        {
            _byKey[change.Key] = rows = [];
        }

        rows.Add((place, change));
    }

    private List<RawChange> Take(RowKey key, RawPlace? before)
    {
        if (!_byKey.TryGetValue(key, out var rows))
        {
            return [];
        }

        var taken = rows.Where(row => before is not { } end || row.Place.CompareTo(end) < 0).OrderBy(row => row.Place).ToList();
        rows.RemoveAll(row => taken.Contains(row));
        if (rows.Count == 0)
        {
            _byKey.Remove(key);
        }

        return [.. taken.Select(row => row.Change)];
    }
}
