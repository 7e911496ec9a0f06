using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>Loads one table's part of a claim: every record into raw as it is read, then one final row a key into current. A table without a key ends in raw.</summary>
internal sealed class TableLoader(WarehouseNames names, TableDescription table, ILake lake)
{
    private readonly RecordReader _reader = new(table);
    private readonly PoisonBook _poison = new(names);
    private readonly CurrentWriter? _current = table.HasKey ? new(names, table) : null;
    private readonly MovedRows? _moved = table.HasKey ? new(names, table) : null;
    private readonly Truncations? _truncations = table.HasKey ? new(names, table) : null;

    internal TableDescription Table => table;

    /// <summary>Reads what loads before this loader left unfinished.</summary>
    internal Task TakeOverAsync(NpgsqlConnection connection, CancellationToken cancellation) => _moved?.TakeOverAsync(connection, cancellation) ?? Task.CompletedTask;

    /// <summary>The load's transaction is committed: what it left unfinished is so for good.</summary>
    internal void Committed() => _moved?.Committed();

    internal async Task<Outcome> LoadAsync(
        NpgsqlConnection connection,
        long loadId,
        IReadOnlyList<LakeObject> objects,
        SourceEpochs epochs,
        IReadOnlySet<long> held,
        LetterDecisions decisions,
        IReadOnlyList<LoadPosition> positions,
        CancellationToken cancellation)
    {
        var batch = new Batch(held, _reader, decisions);
        batch.Changes.EnsureCapacity(_current is null ? 0 : objects.Sum(item => item.Manifest!.Rows));
        long rawRows;
        await using (var raw = await RawCopy.BeginAsync(connection, names, table, cancellation))
        {
            rawRows = await new RawReading(lake, epochs, batch, loadId).CopyAsync(raw, objects, cancellation);
        }

        // Before rows are made from raw: what holds a key must be known there.
        if (batch.Poison.Count > 0)
        {
            await _poison.WriteAsync(connection, table.Name, batch.Poison, cancellation);
        }

        if (batch.Settled.Count > 0)
        {
            await _poison.SettleAsync(connection, table.Name, batch.Settled, cancellation);
        }

        var written = _current is null ? 0 : await ApplyAsync(connection, _current, batch, held, decisions, cancellation);
        var swept = _current is null ? 0 : await SweepAsync(connection, _current, objects, epochs, positions, cancellation);
        return new Outcome(new TableLoad(table.Name, rawRows, written + swept, batch.Poison.Count, batch.LastCommittedAt), batch);
    }

    private async Task<long> ApplyAsync(
        NpgsqlConnection connection, CurrentWriter current, Batch batch, IReadOnlySet<long> held, LetterDecisions decisions, CancellationToken cancellation)
    {
        var (truncation, emptied) = await _truncations!.LatestAsync(connection, batch.Truncation, cancellation);
        var changes = truncation is { } latest ? batch.Changes.FindAll(change => !latest.Removes(change)) : batch.Changes;
        var keys = changes.Select(change => change.Key).Distinct().ToArray();
        var known = keys.Length == 0 ? [] : await current.StatesAsync(connection, keys, cancellation);
        var rows = ChangeReducer.Reduce(changes, known, table.Columns.Length, current.KeyIndex);
        if (rows.Count > 0)
        {
            await current.WriteAsync(connection, rows.Values, known, cancellation);
        }

        await _moved!.FinishAsync(connection, changes, held, decisions, truncation, cancellation);
        return rows.Count + emptied;
    }

    /// <summary>Keys that decisions concern: the ones that were held, and those of the records that stand in.</summary>
    internal async Task<HashSet<long>> KeysAsync(
        NpgsqlConnection connection, IReadOnlyCollection<LetterDecision> decisions, SourceEpochs epochs, CancellationToken cancellation)
    {
        var places = decisions.Select(decision => decision.Place).ToHashSet();
        var keys = (await _poison.PlacesAsync(connection, table, cancellation)).Where(letter => places.Contains(letter.Place))
            .Select(letter => letter.HeldKey).OfType<long>().ToHashSet();
        foreach (var decision in decisions)
        {
            var epoch = epochs.Of(decision.Stream.Topic, decision.Stream.Partition, decision.Offset);
            if (LetterDecisions.Effect(_reader, decision, default, epoch).Change is { } change)
            {
                keys.Add(change.Key);
            }
        }

        return keys;
    }

    /// <summary>Makes keys anew from all of raw, as far as nothing holds them; returns how many rows were written.</summary>
    internal async Task<int> RemakeAsync(
        NpgsqlConnection connection, IReadOnlySet<long> keys, LetterDecisions decisions, SourceEpochs epochs, IReadOnlyList<LoadPosition> positions, CancellationToken cancellation)
    {
        if (_current is null)
        {
            return 0;
        }

        var truncation = await _truncations!.KnownAsync(connection, cancellation);
        var written = await _moved!.RemakeAsync(connection, keys, decisions, truncation, cancellation);
        var topic = TopicNames.ChangesOf(table.Name);
        var next = positions.Where(position => position.Stream.Topic == topic)
            .GroupBy(position => position.Stream.Partition).ToDictionary(partition => partition.Key, partition => partition.Max(position => position.Next));
        var epoch = epochs.SweepBelow(topic, partition => next.GetValueOrDefault(partition));
        return written + (epoch > SourceEpochs.First ? await _current.SweepAsync(connection, epoch, cancellation) : 0);
    }

    // A newer full snapshot has shown all there is, once all its rows are here; what it did not show is gone.
    private async Task<int> SweepAsync(
        NpgsqlConnection connection,
        CurrentWriter current,
        IReadOnlyList<LakeObject> objects,
        SourceEpochs epochs,
        IReadOnlyList<LoadPosition> positions,
        CancellationToken cancellation)
    {
        var topic = objects[0].Name.Stream.Topic;
        var after = positions.Where(position => position.Stream.Topic == topic)
            .GroupBy(position => position.Stream.Partition).ToDictionary(partition => partition.Key, partition => partition.Max(position => position.Next));
        var before = new Dictionary<int, long>(after);
        foreach (var item in objects)
        {
            before[item.Name.Stream.Partition] = Math.Min(before[item.Name.Stream.Partition], item.Name.StartOffset);
        }

        var epoch = epochs.SweepBelow(topic, partition => after.GetValueOrDefault(partition));
        return epoch > epochs.SweepBelow(topic, partition => before.GetValueOrDefault(partition))
            ? await current.SweepAsync(connection, epoch, cancellation)
            : 0;
    }

    internal sealed record Outcome(TableLoad Load, Batch Batch);
}
