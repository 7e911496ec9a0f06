using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Tests.Unit.Merging;

/// <summary>A current table in memory, kept by batches as the warehouse keeps its own: reduce, then write what is left of each key.</summary>
internal sealed class Table(int columns)
{
    private readonly Dictionary<long, (object?[] Values, KeyState State, bool Deleted)> _rows = [];

    private readonly Dictionary<long, List<RowChange>> _histories = [];
    private readonly HashSet<long> _moved = [];

    public void Apply(IReadOnlyList<RowChange> batch)
    {
        foreach (var change in batch)
        {
            History(change.Key).Add(change);
            if (change.KeepsFromElsewhere)
            {
                _moved.Add(change.Key);
            }
        }

        var seen = _rows.ToDictionary(row => row.Key, row => row.Value.State);
        foreach (var (key, final) in ChangeReducer.Reduce(batch, seen, columns, keyIndex: 0))
        {
            var before = _rows.TryGetValue(key, out var row) ? row.Values : new object?[columns];
            var values = final.Values.Select((value, i) => ReferenceEquals(value, KeptValue.Instance) ? before[i] : value).ToArray();
            _rows[key] = (values, final.State, final.Deleted);
        }

        foreach (var key in _moved.ToList())
        {
            var replayed = KeyReplay.Of(key, History, columns, keyIndex: 0);
            _rows[key] = (replayed.Row!.Value.Values, replayed.Row.Value.State, replayed.Row.Value.Deleted);
            if (replayed.Missing is null)
            {
                _moved.Remove(key);
            }
        }
    }

    private List<RowChange> History(long key) => _histories.TryGetValue(key, out var history) ? history : _histories[key] = [];

    public void Sweep(int belowEpoch)
    {
        foreach (var (key, row) in _rows.Where(row => row.Value.State.SourceEpoch < belowEpoch).ToList())
        {
            _rows[key] = row with { Deleted = true };
        }
    }

    public string Text() => string.Join('\n', _rows.Where(row => !row.Value.Deleted).OrderBy(row => row.Key)
        .Select(row => string.Join(",", row.Value.Values.Select(value => value?.ToString() ?? "-"))));
}
