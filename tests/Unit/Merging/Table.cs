using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Sources;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Tests.Unit.Merging;

/// <summary>A current table in memory, kept by batches as the warehouse keeps its own: reduce, then write what is left of each key.</summary>
internal sealed class Table(TableKey key, int columns)
{
    public Table(int columns)
        : this(Numbers(columns), columns)
    {
    }

    private readonly Dictionary<RowKey, (object?[] Values, KeyState State, bool Deleted)> _rows = [];

    private readonly Dictionary<RowKey, List<RowChange>> _histories = [];
    private readonly HashSet<RowKey> _moved = [];

    /// <summary>A table whose first column is a whole number and its key.</summary>
    public static TableKey Numbers(int columns) => new(Describe(columns, new("id", ColumnKind.Int64, PrivacyClass.Operational, "")));

    /// <summary>A table whose first column is a text and its key.</summary>
    public static TableKey Texts(int columns) =>
        new(Describe(columns, new("id", ColumnKind.Source, PrivacyClass.Operational, "") { Type = SourceType.Parse("text") }));

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
        foreach (var (changed, final) in ChangeReducer.Reduce(batch, seen, key))
        {
            var before = _rows.TryGetValue(changed, out var row) ? row.Values : new object?[columns];
            var values = final.Values.Select((value, i) => ReferenceEquals(value, KeptValue.Instance) ? before[i] : value).ToArray();
            _rows[changed] = (values, final.State, final.Deleted);
        }

        foreach (var moved in _moved.ToList())
        {
            var replayed = KeyReplay.Of(moved, History, key);
            _rows[moved] = (replayed.Row!.Value.Values, replayed.Row.Value.State, replayed.Row.Value.Deleted);
            if (replayed.Missing is null)
            {
                _moved.Remove(moved);
            }
        }
    }

    private List<RowChange> History(RowKey one) => _histories.TryGetValue(one, out var history) ? history : _histories[one] = [];

    public void Sweep(int belowEpoch)
    {
        foreach (var (old, row) in _rows.Where(row => row.Value.State.SourceEpoch < belowEpoch).ToList())
        {
            _rows[old] = row with { Deleted = true };
        }
    }

    public string Text() => string.Join('\n', _rows.Where(row => !row.Value.Deleted).OrderBy(row => row.Key)
        .Select(row => string.Join(",", row.Value.Values.Select(value => value?.ToString() ?? "-"))));

    private static TableDescription Describe(int columns, ColumnDescription id) =>
        new("rows", ["id"], null, "test", [id, .. Enumerable.Range(1, columns - 1).Select(i => new ColumnDescription($"c{i}", ColumnKind.Text, PrivacyClass.Operational, ""))]);
}
