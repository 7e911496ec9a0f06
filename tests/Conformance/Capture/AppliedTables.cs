using System.Text.Json;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>
/// The simplest reader of change topics that keeps promise 1: log order per key; a streamed change whose LSN is not above the highest streamed LSN
/// of its key has come before; snapshot rows are never compared by LSN; untouched values stay, and move with a changed key (the old key may be in
/// another partition, so its version of that LSN is looked up at the end).
/// </summary>
internal sealed class AppliedTables
{
    private readonly Dictionary<(string Table, string Key), List<Version>> _versions = [];

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
        _versions.Where(row => row.Key.Table == table && row.Value[^1].Columns is not null).ToDictionary(
            row => row.Key.Key,
            row => new SortedDictionary<string, string>(row.Value[^1].Columns!.ToDictionary(column => column.Key, column => column.Value.Value), StringComparer.Ordinal)),
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
        if (!_versions.TryGetValue(key, out var versions))
        {
            _versions[key] = versions = [];
        }

        var lsn = envelope.FromSnapshot ? null : envelope.Source.Lsn;
        if (lsn is { } streamed && versions.Any(version => version.Lsn >= streamed))
        {
            Redeliveries++;
            return;
        }

        versions.Add(new Version(lsn, envelope.Operation == ChangeOperation.Delete ? null : Columns(change, envelope, versions.LastOrDefault())));
    }

    private Dictionary<string, Lazy<string>> Columns(LoggedChange change, ChangeEnvelope envelope, Version? before) =>
        envelope.After!.Value.EnumerateObject().ToDictionary(column => column.Name, column =>
        {
            if (column.Value.ValueKind != JsonValueKind.String || !column.Value.ValueEquals(ChangeFields.UnavailableValue))
            {
                return new Lazy<string>(column.Value.GetRawText());
            }

            return change.Headers.TryGetValue(ChangeFields.OldKeyHeader, out var oldKey)
                ? new Lazy<string>(() => _versions[(change.Table, oldKey)].Last(old => old.Columns is not null && (old.Lsn is null || old.Lsn < envelope.Source.Lsn)).Columns![column.Name].Value)
                : before?.Columns?[column.Name] ?? throw new InvalidOperationException($"{change.Table} {change.KeyText}: untouched value of a row never seen");
        }, StringComparer.Ordinal);

    private sealed record Version(Lsn? Lsn, Dictionary<string, Lazy<string>>? Columns);
}
