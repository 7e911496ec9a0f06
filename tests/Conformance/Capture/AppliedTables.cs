using System.Text.Json;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>
/// The simplest reader of change topics that keeps promise 1: log order per key; a streamed change whose LSN is not above the highest streamed LSN
/// of its key has come before; snapshot rows are never compared by LSN; untouched values stay.
/// </summary>
internal sealed class AppliedTables
{
    private readonly Dictionary<(string Table, string Key), Row> _rows = [];

    /// <summary>Changes dropped as redeliveries.</summary>
    public int Redeliveries { get; private set; }

    public static AppliedTables Of(IEnumerable<LoggedChange> log)
    {
        var tables = new AppliedTables();
        foreach (var change in log)
        {
            tables.Apply(change);
        }

        return tables;
    }

    /// <summary>Rows that stand at the end: key as JSON, columns by name as JSON text.</summary>
    public SortedDictionary<string, SortedDictionary<string, string>> Rows(string table) => new(
        _rows.Where(row => row.Key.Table == table && row.Value.Columns is not null)
            .ToDictionary(row => row.Key.Key, row => new SortedDictionary<string, string>(row.Value.Columns!, StringComparer.Ordinal)),
        StringComparer.Ordinal);

    private void Apply(LoggedChange change)
    {
        var envelope = change.Envelope;
        if (envelope.Rejection is { } rejection)
        {
            throw new InvalidOperationException($"{change.Topic}[{change.Partition}]@{change.Offset}: {rejection}");
        }

        if (envelope.Kind != ChangeKind.Change)
        {
            return;
        }

        var key = (change.Table, change.KeyText!);
        _rows.TryGetValue(key, out var seen);
        if (!envelope.FromSnapshot && seen?.Highest is { } highest && envelope.Source.Lsn!.Value <= highest)
        {
            Redeliveries++;
            return;
        }

        var next = new Row { Highest = envelope.FromSnapshot ? seen?.Highest : envelope.Source.Lsn };
        if (envelope.Operation != ChangeOperation.Delete)
        {
            next.Columns = envelope.After!.Value.EnumerateObject().ToDictionary(
                column => column.Name,
                column => column.Value.ValueKind == JsonValueKind.String && column.Value.ValueEquals(ChangeFields.UnavailableValue)
                    ? seen?.Columns?[column.Name] ?? throw new InvalidOperationException($"{key}: untouched value of a row never seen")
                    : column.Value.GetRawText(),
                StringComparer.Ordinal);
        }

        _rows[key] = next;
    }

    private sealed class Row
    {
        public Dictionary<string, string>? Columns { get; set; }

        public Lsn? Highest { get; init; }
    }
}
