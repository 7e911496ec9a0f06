using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// Loads one table's part of a claim: every record into raw as it is read, then one final row a key into current, as far as transactions are whole.
/// A table without a key ends in raw.
/// </summary>
internal sealed class TableLoader(WarehouseNames names, TableDescription table, ILake lake, int mostAlikeRefusals)
{
    private readonly RecordReader _reader = new(table);
    private readonly RefusalRun _refusals = new(table, mostAlikeRefusals, column => HeldColumns.TextChoice(names, table, column));
    private readonly UndescribedFields _undescribed = new(table, lake);
    private readonly PoisonBook _poison = new(names);
    private readonly WaitingChanges _waiting = new(names, table);
    private readonly CurrentWriter? _current = table.HasKey ? new(names, table) : null;
    private readonly MovedRows? _moved = table.HasKey ? new(names, table) : null;
    private readonly Truncations? _truncations = table.HasKey ? new(names, table) : null;

    internal TableDescription Table => table;

    /// <summary>Reads what loads before this loader left unfinished.</summary>
    internal Task TakeOverAsync(NpgsqlConnection connection, CancellationToken cancellation) => _moved?.TakeOverAsync(connection, cancellation) ?? Task.CompletedTask;

    /// <summary>The load's transaction is committed: what it left unfinished is so for good.</summary>
    internal void Committed()
    {
        _moved?.Committed();
        _refusals.Committed();
    }

    /// <summary>Fields of rows in these objects that the description has not; looked for once in each version of the table.</summary>
    internal async Task<IReadOnlyList<string>> UndescribedAsync(IEnumerable<LakeObject> objects, CancellationToken cancellation) =>
        [.. (await _undescribed.FindAsync(objects, cancellation)).Where(field => !CurrentWriter.IsMeta(field))];

    /// <summary>Reads objects into raw, and what is bad into the book of poison. What their changes come to is <see cref="ApplyAsync"/>'s.</summary>
    internal async Task<Outcome> ReadAsync(
        NpgsqlConnection connection,
        long loadId,
        IReadOnlyList<LakeObject> objects,
        SourceEpochs epochs,
        IReadOnlySet<RowKey> held,
        LetterDecisions decisions,
        TransactionGate gate,
        CancellationToken cancellation)
    {
        var batch = new Batch(held, _reader, decisions, gate, loadId);
        batch.Changes.EnsureCapacity(_current is null ? 0 : objects.Sum(item => item.Manifest!.Rows));
        long rawRows;
        await using (var raw = await RawCopy.BeginAsync(connection, names, table, cancellation))
        {
            _refusals.Begin();
            rawRows = await new RawReading(lake, epochs, batch, _refusals, new PostgresKey(table).IsOwn, loadId).CopyAsync(raw, objects, cancellation);
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

        return new Outcome(rawRows, batch);
    }

    /// <summary>Applies to current what may be: of each partition its range, the first part of which waited in raw and the rest of which was read now.</summary>
    /// <param name="connection">Connection, in the load's transaction; the books have the ranges already.</param>
    /// <param name="batch">What was read now; null where nothing was.</param>
    /// <param name="release">What current gets.</param>
    /// <param name="epochs">Source epochs.</param>
    /// <param name="held">Keys that loads before found held back.</param>
    /// <param name="decisions">What was decided about records.</param>
    /// <param name="cancellation">Stops it.</param>
    internal async Task<int> ApplyAsync(
        NpgsqlConnection connection,
        Batch? batch,
        Release release,
        SourceEpochs epochs,
        IReadOnlySet<RowKey> held,
        LetterDecisions decisions,
        CancellationToken cancellation)
    {
        if (_current is null)
        {
            return 0;
        }

        var topic = TopicNames.ChangesOf(table.Name);
        var waited = release.RangesOf(topic).Where(range => range.From < range.WaitedUntil).ToList();
        var read = batch?.TruncationBefore(release.EndOf);
        foreach (var range in waited)
        {
            read = Truncation.Later(read, await _waiting.TruncationAsync(connection, range, decisions, cancellation));
        }

        var (truncation, written) = await _truncations!.LatestAsync(connection, read, cancellation);
        var moves = new List<RowChange>();
        foreach (var range in waited)
        {
            await foreach (var page in _waiting.ReadAsync(connection, range, decisions, cancellation))
            {
                written += await ReduceAsync(connection, _current, page, truncation, cancellation);
                moves.AddRange(page.Where(change => change.KeepsFromElsewhere || change.Act == ChangeAct.Delete));
            }
        }

        var changes = batch?.ChangesBefore(release.EndOf) ?? [];
        written += await ReduceAsync(connection, _current, changes, truncation, cancellation);

        // A key that is held now may not have been where a change waited; its history says so itself.
        await _moved!.FinishAsync(
            connection, waited.Count == 0 ? changes : [.. moves, .. changes], waited.Count == 0 ? held : new HashSet<RowKey>(), decisions, truncation, cancellation);
        return written + (release.SweepBelow(topic, epochs) is { } epoch ? await _current.SweepAsync(connection, epoch, cancellation) : 0);
    }

    private async Task<int> ReduceAsync(
        NpgsqlConnection connection, CurrentWriter current, List<RowChange> all, Truncation? truncation, CancellationToken cancellation)
    {
        var changes = truncation is { } latest ? all.FindAll(change => !latest.Removes(change)) : all;
        var keys = changes.Select(change => change.Key).Distinct().ToArray();
        var known = keys.Length == 0 ? [] : await current.StatesAsync(connection, keys, cancellation);
        var rows = ChangeReducer.Reduce(changes, known, current.Key);
        if (rows.Count > 0)
        {
            await current.WriteAsync(connection, rows.Values, known, cancellation);
        }

        return rows.Count;
    }

    /// <summary>Keys that decisions concern: the ones that were held, and those of the records that stand in.</summary>
    internal async Task<HashSet<RowKey>> KeysAsync(
        NpgsqlConnection connection, IReadOnlyCollection<LetterDecision> decisions, SourceEpochs epochs, CancellationToken cancellation)
    {
        var places = decisions.Select(decision => decision.Place).ToHashSet();
        var keys = (await _poison.PlacesAsync(connection, table, cancellation)).Where(letter => places.Contains(letter.Place))
            .Select(letter => letter.HeldKey).OfType<RowKey>().ToHashSet();
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
        NpgsqlConnection connection, IReadOnlySet<RowKey> keys, LetterDecisions decisions, SourceEpochs epochs, Release release, CancellationToken cancellation)
    {
        if (_current is null)
        {
            return 0;
        }

        var truncation = await _truncations!.KnownAsync(connection, cancellation);
        var written = await _moved!.RemakeAsync(connection, keys, decisions, truncation, cancellation);
        return written + (release.SweptBelow(TopicNames.ChangesOf(table.Name), epochs) is { } epoch ? await _current.SweepAsync(connection, epoch, cancellation) : 0);
    }

    internal sealed record Outcome(long RawRows, Batch Batch);
}
