using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Domain.Events;
using static HospitalStreaming.Tests.Conformance.Landing.Ward;

namespace HospitalStreaming.Tests.Conformance.Landing;

/// <summary>A history that was possible: at its moment each event's parents stood, and nothing was deleted that others referred to.</summary>
internal sealed class RandomHistory(Random random)
{
    private const int Ids = 4;
    private readonly Dictionary<(string Table, long Key), HospitalEvent> _rows = [];

    public List<HospitalEvent> Events { get; } = [];

    /// <summary>What stands at the end: table, key, and the values the last event gave.</summary>
    public IReadOnlyDictionary<(string Table, long Key), HospitalEvent> Rows => _rows;

    public RandomHistory Live(int moments)
    {
        while (Events.Count < moments)
        {
            var table = HospitalSchema.EventTables[random.Next(HospitalSchema.EventTables.Length)];
            var key = random.NextInt64(1, Ids + 1);
            if (random.Next(3) == 0)
            {
                Delete(table, key);
            }
            else
            {
                Write(table, key);
            }
        }

        return this;
    }

    private void Delete(TableDescription table, long key)
    {
        if (_rows.ContainsKey((table.Name, key)) && !_rows.Values.Any(row => References(row).Contains((table.Name, key))))
        {
            _rows.Remove((table.Name, key));
            Events.Add(Deleted(table, key));
        }
    }

    private void Write(TableDescription table, long key)
    {
        List<(string, object?)> values = [];
        foreach (var column in table.Columns.Where(column => column.References is not null))
        {
            var parents = _rows.Keys.Where(row => row.Table == column.References).ToList();
            if (parents.Count == 0)
            {
                return;
            }

            values.Add((column.Name, random.Next(8) == 0 ? null : parents[random.Next(parents.Count)].Key));
        }

        // Something to tell one version of a row from another.
        values.Add((table.Columns.First(column => column.Kind == ColumnKind.Text).Name, "v" + Events.Count));
        var change = Upsert(table, key, [.. values]);
        _rows[(table.Name, key)] = change;
        Events.Add(change);
    }

    private static IEnumerable<(string Table, long Key)> References(HospitalEvent row) => row.Table.Columns
        .Select((column, at) => (column.References, Value: row.Values[at]))
        .Where(reference => reference.References is not null && reference.Value is long)
        .Select(reference => (reference.References!, (long)reference.Value!));
}
