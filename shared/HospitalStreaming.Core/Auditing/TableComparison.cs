using System.Collections.Immutable;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Core.Auditing;

/// <summary>Compares two states of one table: the left side is held, the right side comes one row at a time.</summary>
/// <param name="table">Table.</param>
/// <param name="columns">Names of the digested columns, in their order.</param>
/// <param name="left">The left side, by key; emptied as it is matched.</param>
public sealed class TableComparison(string table, IReadOnlyList<string> columns, Dictionary<RowKey, ulong[]> left)
{
    private const int MaxExamples = 5;

    private readonly List<RowKey> _examples = [];
    private readonly SortedDictionary<string, long> _differing = new(StringComparer.Ordinal);
    private long _compared;
    private long _extra;
    private long _different;

    /// <summary>Compares one row of the right side. Each key comes once.</summary>
    public void Right(RowKey key, ulong[] digests)
    {
        if (!left.Remove(key, out var expected))
        {
            _extra++;
            Example(key);
            return;
        }

        _compared++;
        var same = true;
        for (var i = 0; i < columns.Count; i++)
        {
            if (expected[i] != digests[i])
            {
                same = false;
                _differing[columns[i]] = _differing.GetValueOrDefault(columns[i]) + 1;
            }
        }

        if (!same)
        {
            _different++;
            Example(key);
        }
    }

    /// <summary>Leaves a key out on both sides.</summary>
    public void Skip(RowKey key) => left.Remove(key);

    /// <summary>What came of it, once the right side is through.</summary>
    public TableDifference Finish()
    {
        foreach (var key in left.Keys.Order().Take(MaxExamples))
        {
            Example(key);
        }

        return new TableDifference(
            table, _compared, left.Count, _extra, _different, _differing.ToImmutableSortedDictionary(StringComparer.Ordinal), [.. _examples]);
    }

    private void Example(RowKey key)
    {
        if (_examples.Count < MaxExamples)
        {
            _examples.Add(key);
        }
    }
}
