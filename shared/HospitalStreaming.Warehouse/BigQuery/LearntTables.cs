using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// The tables as current has them by now: what messages bring is learnt before the load that needs it, and a table whose rows have become others is
/// stopped and looked at anew each time it is tried again.
/// </summary>
internal sealed class LearntTables(BigQueryClient client, WarehouseNames names, ILake lake, int alikeRefusals)
{
    private readonly BigQueryTables _current = new(client, names);
    private readonly Dictionary<string, Entry> _tables = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    internal IReadOnlyList<TableDescription> All => [.. _tables.Values.Select(entry => entry.Table)];

    internal TableDescription Of(string table) => _tables[table].Table;

    /// <summary>Begins with tables that are there.</summary>
    internal async Task BeginAsync(IEnumerable<TableDescription> described, CancellationToken cancellation)
    {
        foreach (var table in described)
        {
            await DescribeAsync(table, cancellation);
        }
    }

    /// <summary>Adds columns that these objects bring. That changes nothing for anybody, whether the load then takes effect or not.</summary>
    /// <exception cref="TableStoppedException">They are too many.</exception>
    internal async Task LearnAsync(string table, IEnumerable<LakeObject> objects, CancellationToken cancellation)
    {
        var entry = _tables[table];
        var fields = await entry.Undescribed.FindAsync(objects, cancellation);
        UndescribedFields.RequireFew(TopicNames.ChangesOf(table), entry.Table, fields.Count);
        var more = HeldFields.With(entry.Table, fields);
        if (more != entry.Table)
        {
            await _current.AddCurrentColumnsAsync(more, cancellation);
        }

        if (more != entry.Table || entry.Stopped)
        {
            await DescribeAsync(entry.Described, cancellation);
            _tables[table].Stopped = false;
        }
    }

    /// <summary>A load of the table begins, perhaps the same one again.</summary>
    internal void Begin(string table) => _tables[table].Refusals.Begin();

    /// <summary>Takes what one record says by itself.</summary>
    /// <exception cref="TableStoppedException">The table has become another.</exception>
    internal void Note(string table, in ReadRecord record)
    {
        try
        {
            _tables[table].Refusals.Note(record);
        }
        catch (TableStoppedException)
        {
            _tables[table].Stopped = true;
            throw;
        }
    }

    /// <summary>What the load has read is so for good.</summary>
    internal void Committed(string table) => _tables[table].Refusals.Committed();

    // One that is loaded so already stays, with what it has counted.
    private async Task DescribeAsync(TableDescription described, CancellationToken cancellation)
    {
        var held = await HeldFields.DescribeAsync(client, names, described, cancellation);
        if (_tables.GetValueOrDefault(described.Name) is not { } known || !known.Table.Columns.SequenceEqual(held.Columns))
        {
            _tables[described.Name] = new Entry(
                described, held, new UndescribedFields(held, lake), new RefusalRun(held, alikeRefusals, column => HeldFields.TextChoice(names, held, column)));
        }
    }

    /// <param name="Described">By its description alone.</param>
    /// <param name="Table">As current has it.</param>
    /// <param name="Undescribed">Finds what messages bring.</param>
    /// <param name="Refusals">Tells when its rows have become others.</param>
    private sealed record Entry(TableDescription Described, TableDescription Table, UndescribedFields Undescribed, RefusalRun Refusals)
    {
        internal bool Stopped { get; set; }
    }
}
