using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Tests.Unit.Merging;

/// <summary>
/// A made-up source: rows with a plain column and a large one that updates may leave out, what the log carries of them, and what is true at the
/// end. The truth is kept by the source itself, never by the code under test.
/// </summary>
internal sealed class History
{
    private const int Keys = 5;

    private readonly Random _random;
    private readonly TableKey? _texts;
    private readonly Dictionary<long, (int Plain, string? Large)> _truth = [];
    private ulong _lsn = 1_000;
    private int _epoch = SourceEpochs.First;
    private int _version;

    public History(int seed, bool snapshot, TableKey? texts = null)
    {
        _texts = texts;
        _random = new Random(seed);
        if (snapshot)
        {
            for (var key = 1; key <= Keys; key += 2)
            {
                _truth[key] = (_version++, "s");
                Log.Add(Row(ChangeAct.Snapshot, key));
            }

            // What commits after the snapshot point may have been written long before it.
            _lsn = 500;
        }
    }

    public List<RowChange> Log { get; } = [];

    public string Truth() => string.Join('\n', _truth.OrderBy(row => row.Key).Select(row => $"{Column(row.Key)},{row.Value.Plain},{row.Value.Large ?? "-"}"));

    public void Write(int changes)
    {
        for (var i = 0; i < changes; i++)
        {
            _lsn += (ulong)_random.Next(1, 50);
            var key = _random.Next(1, Keys + 1);
            if (!_truth.TryGetValue(key, out var row))
            {
                _truth[key] = (_version++, _random.Next(3) == 0 ? null : $"l{_version}");
                Log.Add(Row(ChangeAct.Insert, key));
            }
            else if (_random.Next(4) == 0)
            {
                _truth.Remove(key);
                Log.Add(new RowChange(KeyOf(key), ChangeAct.Delete, new Lsn(_lsn), _epoch, 0, Log.Count, null, null));
            }
            else
            {
                var touchesLarge = _random.Next(2) == 0;
                _truth[key] = (_version++, touchesLarge ? $"l{_version}" : row.Large);
                var change = Row(ChangeAct.Update, key);
                if (!touchesLarge)
                {
                    change.Values![2] = KeptValue.Instance;
                }

                Log.Add(change);
            }
        }
    }

    /// <summary>Writes that nobody captures, then a new source (LSNs from the start again) whose full snapshot opens an epoch.</summary>
    public void LoseTheSlot()
    {
        var captured = Log.Count;
        Write(8);
        Log.RemoveRange(captured, Log.Count - captured);
        _epoch++;
        _lsn = 100;
        foreach (var key in _truth.Keys.Order())
        {
            Log.Add(Row(ChangeAct.Snapshot, key));
        }
    }

    /// <summary>The log as a sink that retries may get it: runs of streamed changes of the same epoch come again, once or more, later.</summary>
    public List<RowChange> Redelivered()
    {
        var delivered = new List<RowChange>();
        foreach (var change in Log)
        {
            delivered.Add(change);
            while (_random.Next(6) == 0)
            {
                var from = _random.Next(delivered.Count);
                var again = delivered.GetRange(from, _random.Next(1, delivered.Count - from + 1));
                delivered.AddRange(again.Where(old => old.Act != ChangeAct.Snapshot && old.SourceEpoch == change.SourceEpoch));
            }
        }

        return delivered;
    }

    public IEnumerable<List<RowChange>> Batches(List<RowChange> changes)
    {
        for (var i = 0; i < changes.Count;)
        {
            var length = Math.Min(_random.Next(1, 12), changes.Count - i);
            yield return changes.GetRange(i, length);
            i += length;
        }
    }

    private RowKey KeyOf(long key) => _texts?.Of([Column(key)]) ?? key;

    private object Column(long key) => _texts is null ? key : $"k{key}";

    private RowChange Row(ChangeAct act, long key) => new(
        KeyOf(key), act, act == ChangeAct.Snapshot ? null : new Lsn(_lsn), _epoch, 0, Log.Count, null, [Column(key), _truth[key].Plain, _truth[key].Large]);
}
