using System.Globalization;
using HospitalStreaming.Core.Batching.Lines;

namespace HospitalStreaming.Core.Batching;

/// <summary>The columns that an open object's tables have shown so far: an object holds one version of each table.</summary>
public sealed class SchemaWatch
{
    private readonly Dictionary<ulong, ulong> _columnsOf = [];
    private (ulong Table, ulong Columns) _last;

    /// <summary>16 hex digits over the tables and columns seen; empty where none was.</summary>
    public string Fingerprint => _columnsOf.Count == 0
        ? string.Empty
        : _columnsOf.Aggregate(0UL, (sum, entry) => sum + NameHashes.Mix(entry.Key ^ ulong.RotateLeft(entry.Value, 17)))
            .ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Whether a record shows its table with other columns than the object has it so far.</summary>
    public bool Differs(ChangeFacts facts) => facts.Columns != 0 && !IsLast(facts) && _columnsOf.TryGetValue(facts.Table, out var known) && known != facts.Columns;

    /// <summary>Notes what a record of the object shows.</summary>
    public void Note(ChangeFacts facts)
    {
        if (facts.Columns != 0 && !IsLast(facts))
        {
            _columnsOf[facts.Table] = facts.Columns;
            _last = (facts.Table, facts.Columns);
        }
    }

    /// <summary>Most records are like the one before: what was noted last is known without looking it up.</summary>
    private bool IsLast(ChangeFacts facts) => facts.Columns == _last.Columns && facts.Table == _last.Table;
}
