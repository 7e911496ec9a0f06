using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Warehouse.Letters;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// Rows that an update gave another primary key, and large columns of which it did not touch: those are the old key's, which may be in another
/// partition and come later. Such a row is made from raw; until the other half is there its kept columns are NULL and it is noted as pending.
/// Rare, hence a scan of raw is fair.
/// </summary>
internal sealed class MovedRows(WarehouseNames names, TableDescription table)
{
    private readonly RawHistory _history = new(names, table);
    private readonly CurrentWriter _current = new(names, table);
    private Dictionary<RowKey, (RowKey Key, Lsn Lsn)> _pending = [];
    private Dictionary<RowKey, (RowKey Key, Lsn Lsn)>? _uncommitted;

    internal async Task TakeOverAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        (_pending, _uncommitted) = ([], null);
        await using var command = new NpgsqlCommand(
            $"SELECT key, missing_key, missing_lsn FROM {names.Line}.pending_moves WHERE table_name = @table", connection);
        command.Parameters.AddWithValue("table", table.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            _pending[RowKey.Parse(reader.GetString(0))] = (RowKey.Parse(reader.GetString(1)), new Lsn((ulong)reader.GetInt64(2)));
        }
    }

    internal void Committed() => (_pending, _uncommitted) = (_uncommitted ?? _pending, null);

    /// <summary>Completes rows that moved in this load, and those that waited for a change of this load. Raw has the load's rows already.</summary>
    internal async Task FinishAsync(
        NpgsqlConnection connection,
        IReadOnlyList<RowChange> changes,
        IReadOnlySet<RowKey> held,
        LetterDecisions decisions,
        Truncation? truncation,
        CancellationToken cancellation)
    {
        _uncommitted = null;
        var keys = changes.Where(change => change.KeepsFromElsewhere).Select(change => change.Key).ToHashSet();
        if (_pending.Count > 0)
        {
            var arrived = changes.Where(change => change.Act == ChangeAct.Delete).Select(change => (change.Key, change.Lsn!.Value)).ToHashSet();
            keys.UnionWith(_pending.Where(entry => arrived.Contains(entry.Value)).Select(entry => entry.Key));
        }

        keys.ExceptWith(held);
        await WriteAsync(connection, keys, decisions, truncation, cancellation);
    }

    /// <summary>Makes keys anew from all of raw, and those that wait for one of them.</summary>
    internal async Task<int> RemakeAsync(
        NpgsqlConnection connection, IReadOnlySet<RowKey> keys, LetterDecisions decisions, Truncation? truncation, CancellationToken cancellation)
    {
        _uncommitted = null;
        return await WriteAsync(
            connection, [.. keys, .. _pending.Where(entry => keys.Contains(entry.Value.Key)).Select(entry => entry.Key)], decisions, truncation, cancellation);
    }

    private async Task<int> WriteAsync(
        NpgsqlConnection connection, HashSet<RowKey> keys, LetterDecisions decisions, Truncation? truncation, CancellationToken cancellation)
    {
        if (keys.Count == 0)
        {
            return 0;
        }

        var histories = await _history.ReadAsync(connection, keys, decisions, truncation, cancellation);
        var pending = new Dictionary<RowKey, (RowKey Key, Lsn Lsn)>(_pending);
        var rows = new List<FinalRow>();
        foreach (var key in keys)
        {
            var replayed = KeyReplay.Of(key, old => histories.GetValueOrDefault(old) ?? [], _current.Key);
            pending.Remove(key);
            if (replayed.Row is not { } row)
            {
                continue;
            }

            rows.Add(row);
            if (replayed.Missing is { } missing)
            {
                pending[key] = missing;
            }
        }

        await _current.WriteAsync(connection, rows, new Dictionary<RowKey, KeyState>(), cancellation);
        await WritePendingAsync(connection, keys, pending, cancellation);
        _uncommitted = pending;
        return rows.Count;
    }

    private async Task WritePendingAsync(
        NpgsqlConnection connection, IEnumerable<RowKey> keys, Dictionary<RowKey, (RowKey Key, Lsn Lsn)> pending, CancellationToken cancellation)
    {
        foreach (var key in keys)
        {
            await using var command = new NpgsqlCommand($"DELETE FROM {names.Line}.pending_moves WHERE table_name = @table AND key = @key", connection);
            command.Parameters.AddWithValue("table", table.Name);
            command.Parameters.AddWithValue("key", key.ToString());
            if (pending.TryGetValue(key, out var missing))
            {
                command.CommandText = $"""
                    INSERT INTO {names.Line}.pending_moves (table_name, key, missing_key, missing_lsn) VALUES (@table, @key, @missing, @lsn)
                    ON CONFLICT (table_name, key) DO UPDATE SET missing_key = excluded.missing_key, missing_lsn = excluded.missing_lsn
                    """;
                command.Parameters.AddWithValue("missing", missing.Key.ToString());
                command.Parameters.AddWithValue("lsn", (long)missing.Lsn.Value);
            }

            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
