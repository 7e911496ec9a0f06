using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;
using Npgsql;

namespace HospitalStreaming.Warehouse.Postgres;

/// <summary>
/// The warehouse on PostgreSQL: claim, raw rows, current rows, positions and signals of a load are one transaction, so a crash leaves all of a
/// load or nothing of it, and tables that a source transaction touched tend to change together.
/// </summary>
/// <param name="source">Connections to the warehouse's database.</param>
/// <param name="names">Schema names.</param>
/// <param name="tables">Captured tables that are known in code; those that the lake describes are loaded too.</param>
/// <param name="lake">Where the claimed objects are.</param>
/// <param name="transactionPatience">How long current waits for a transaction that is not whole; null for <see cref="TransactionPatience.Default"/>.</param>
/// <param name="alikeRefusals">Rows refused in a row for the same column that stop a table; 0 for never.</param>
public sealed class PostgresWarehouse(
    NpgsqlDataSource source,
    WarehouseNames names,
    IReadOnlyList<TableDescription> tables,
    ILake lake,
    TimeSpan? transactionPatience = null,
    int alikeRefusals = WarehouseOptions.DefaultAlikeRefusals) : IWarehouse
{
    private readonly Ledger _ledger = new(names);
    private readonly PoisonBook _poison = new(names);
    private readonly EpochDocuments _epochs = new(lake);
    private readonly DecisionDocuments _decisions = new(lake);
    private readonly HashSet<string> _stopped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TableLoader> _loaders =
        tables.ToDictionary(table => TopicNames.ChangesOf(table.Name), table => new TableLoader(names, table, lake, alikeRefusals), StringComparer.Ordinal);

    private readonly Dictionary<string, TableDescription> _described = tables.ToDictionary(table => TopicNames.ChangesOf(table.Name), StringComparer.Ordinal);
    private TransactionBook? _transactions;
    private Dictionary<string, HashSet<RowKey>> _held = new(StringComparer.Ordinal);
    private HashSet<LetterPlace> _settled = [];
    private LetterDecisions _known = LetterDecisions.None;
    private long _fence;

    /// <inheritdoc/>
    public TimeSpan LoadInterval => TimeSpan.Zero;

    /// <inheritdoc/>
    public IReadOnlyList<TableDescription> Tables => [.. _loaders.Values.Select(loader => loader.Table)];

    /// <inheritdoc/>
    public IEnumerable<string> Topics => [.. _loaders.Keys, TopicNames.Transactions];

    /// <inheritdoc/>
    public long GivenUp => Transactions.GivenUp;

    private TransactionBook Transactions => _transactions ??= new TransactionBook(
        names, lake, topic => _loaders.GetValueOrDefault(topic)?.Table, _stopped.Contains, transactionPatience ?? TransactionPatience.Default);

    /// <inheritdoc/>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        foreach (var table in await new TableDocuments(lake).BesideAsync(tables, cancellation))
        {
            var topic = TopicNames.ChangesOf(table.Name);
            (_described[topic], _loaders[topic]) = (table, new TableLoader(names, table, lake, alikeRefusals));
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var script = new NpgsqlCommand(PostgresTables.Script(names, Tables), connection, transaction))
        {
            await script.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        foreach (var topic in _loaders.Keys.ToList())
        {
            await DescribeAsync(connection, topic, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task TakeOverAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        _fence = await _ledger.TakeFenceAsync(connection, cancellation);
        _held = await _poison.HeldAsync(connection, cancellation);
        _settled = await _poison.SettledAsync(connection, cancellation);
        foreach (var loader in _loaders.Values)
        {
            await loader.TakeOverAsync(connection, cancellation);
        }

        Transactions.Begin();
    }

    /// <inheritdoc/>
    public async Task<LoadStatus> StatusAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var positions = await _ledger.PositionsAsync(connection, cancellation);
        var counts = await _poison.CountsAsync(connection, cancellation);
        return new LoadStatus(positions, counts.Held, counts.Records, counts.Open) { Transactions = await Transactions.StatusAsync(connection, cancellation) };
    }

    /// <inheritdoc/>
    public async Task<LoadResult> LoadAsync(LoadClaim claim, SetAside setAside, CancellationToken cancellation)
    {
        try
        {
            return await LoadWholeAsync(claim, setAside, cancellation);
        }
        catch (TableStoppedException stop)
        {
            // Until it goes on, no other table's transaction waits for its records.
            _stopped.Add(stop.Topic);
            throw;
        }
    }

    private async Task<LoadResult> LoadWholeAsync(LoadClaim claim, SetAside setAside, CancellationToken cancellation)
    {
        await LearnAsync(claim, cancellation);
        await SettleLettersAsync(cancellation);
        var epochs = await _epochs.ReadAsync(cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var loadId = await _ledger.BeginLoadAsync(connection, _fence, claim, cancellation);
        await KnowTransactionsAsync(connection, cancellation);
        await _ledger.AdvanceAsync(connection, loadId, claim, cancellation);
        Transactions.Begin();
        var outcomes = new Dictionary<string, TableLoader.Outcome>(StringComparer.Ordinal);
        foreach (var topic in claim.ByTopic)
        {
            if (topic.Key == TopicNames.Transactions)
            {
                await Transactions.ReadAsync(topic, cancellation);
                continue;
            }

            var loader = _loaders[topic.Key];
            outcomes[topic.Key] = await loader.ReadAsync(connection, loadId, [.. topic], epochs, HeldOf(loader), _known, Transactions.Gate, cancellation);
        }

        var marked = outcomes.Values.Select(outcome => outcome.Batch.Marked).OfType<bool>().ToList();
        await Transactions.AdvanceAsync(connection, loadId, marked.Count == 0 ? null : marked.TrueForAll(one => one), cancellation);
        var results = await ApplyAsync(connection, outcomes, claim, epochs, cancellation);
        var letters = outcomes.Values.SelectMany(outcome => outcome.Batch.Open).ToList();
        if (letters.Count > 0)
        {
            await setAside(letters, cancellation);
        }

        await _ledger.SignalAsync(connection, results.Where(load => load.Written > 0).Select(load => load.Table), cancellation);
        await transaction.CommitAsync(cancellation);
        foreach (var (topic, outcome) in outcomes)
        {
            Hold(_loaders[topic].Table.Name, outcome.Batch.Open);
            _settled.UnionWith(outcome.Batch.Settled.Select(decision => decision.Place));
        }

        Committed(results);
        return new LoadResult(loadId, results);
    }

    /// <inheritdoc/>
    public async Task<int> SettleAsync(CancellationToken cancellation)
    {
        await GiveUpAsync(cancellation);
        return await SettleLettersAsync(cancellation);
    }

    private async Task<int> SettleLettersAsync(CancellationToken cancellation)
    {
        _known = await _decisions.ReadAsync(cancellation);
        if (_known.All.All(decision => _settled.Contains(decision.Place)))
        {
            return 0;
        }

        var epochs = await _epochs.ReadAsync(cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await _ledger.HoldFenceAsync(connection, _fence, cancellation);
        var positions = await _ledger.PositionsAsync(connection, cancellation);

        // What was decided about records that are yet to be loaded takes effect when they are.
        var due = _known.All.Where(decision => !_settled.Contains(decision.Place)
            && positions.Any(position => position.Stream == decision.Stream && position.Next > decision.Offset)).ToList();
        if (due.Count == 0)
        {
            return 0;
        }

        var changed = new List<string>();
        foreach (var topic in due.GroupBy(decision => decision.Stream.Topic))
        {
            if (_loaders.GetValueOrDefault(topic.Key) is { } loader)
            {
                await _poison.SettleAsync(connection, loader.Table.Name, [.. topic], cancellation);
                var keys = await loader.KeysAsync(connection, [.. topic], epochs, cancellation);
                if (await loader.RemakeAsync(connection, keys, _known, epochs, Release.None(positions), cancellation) > 0)
                {
                    changed.Add(loader.Table.Name);
                }
            }
        }

        var held = await _poison.HeldAsync(connection, cancellation);
        await _ledger.SignalAsync(connection, changed, cancellation);
        await transaction.CommitAsync(cancellation);
        (_held, _settled) = (held, [.. _settled, .. due.Select(decision => decision.Place)]);
        foreach (var topic in due.Select(decision => decision.Stream.Topic).Distinct())
        {
            _loaders.GetValueOrDefault(topic)?.Committed();
        }

        return due.Count;
    }

    // At rest, too, what has been incomplete for too long is waited for no more.
    private async Task GiveUpAsync(CancellationToken cancellation)
    {
        if (!Transactions.IsBehind && Transactions.Gate.Waiting == 0)
        {
            return;
        }

        var epochs = await _epochs.ReadAsync(cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await _ledger.HoldFenceAsync(connection, _fence, cancellation);
        await KnowTransactionsAsync(connection, cancellation);
        Transactions.Begin();
        await Transactions.AdvanceAsync(connection, null, null, cancellation);
        var results = await ApplyAsync(connection, new Dictionary<string, TableLoader.Outcome>(), new LoadClaim([]), epochs, cancellation);
        if (results.Exists(load => load.Written > 0))
        {
            await _ledger.SignalAsync(connection, results.Where(load => load.Written > 0).Select(load => load.Table), cancellation);
        }

        await transaction.CommitAsync(cancellation);
        Committed(results);
    }

    private async Task KnowTransactionsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (Transactions.IsBehind)
        {
            await Transactions.ReadBooksAsync(connection, await _ledger.PositionsAsync(connection, cancellation), cancellation);
        }
    }

    /// <summary>Brings current up to where the gate lets each partition go, and notes that.</summary>
    private async Task<List<TableLoad>> ApplyAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<string, TableLoader.Outcome> outcomes, LoadClaim claim, SourceEpochs epochs, CancellationToken cancellation)
    {
        var release = Release.Of(await _ledger.PositionsAsync(connection, cancellation), claim.Objects, Transactions.Gate.FirstWaiting);
        foreach (var position in release.Moved)
        {
            await _ledger.ApplyAsync(connection, position.Stream, position.Applied < position.Next ? position.Applied : null, cancellation);
        }

        var results = new List<TableLoad>();
        foreach (var (topic, loader) in _loaders)
        {
            var outcome = outcomes.GetValueOrDefault(topic);
            if (outcome is not null || release.RangesOf(topic).Count > 0)
            {
                var written = await loader.ApplyAsync(connection, outcome?.Batch, release, epochs, HeldOf(loader), _known, cancellation);
                results.Add(new TableLoad(loader.Table.Name, outcome?.RawRows ?? 0, written, outcome?.Batch.Poison.Count ?? 0, outcome?.Batch.LastCommittedAt));
            }
        }

        return results;
    }

    private HashSet<RowKey> HeldOf(TableLoader loader) => _held.GetValueOrDefault(loader.Table.Name) ?? [];

    private void Committed(List<TableLoad> results)
    {
        Transactions.Committed();
        foreach (var load in results)
        {
            _loaders[TopicNames.ChangesOf(load.Table)].Committed();
        }
    }

    // Columns are there before the load that needs them: adding one changes nothing for anybody, whether that load then takes effect or not.
    private async Task LearnAsync(LoadClaim claim, CancellationToken cancellation)
    {
        foreach (var topic in claim.ByTopic.Where(topic => topic.Key != TopicNames.Transactions))
        {
            var loader = _loaders[topic.Key];
            var fields = await loader.UndescribedAsync(topic, cancellation);
            UndescribedFields.RequireFew(topic.Key, loader.Table, fields.Count);
            if (fields.Count > 0 || _stopped.Remove(topic.Key))
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                await HeldColumns.AddAsync(connection, names, loader.Table, fields, cancellation);
                if (await DescribeAsync(connection, topic.Key, cancellation))
                {
                    // Somebody who gave a column another type had to drop its view.
                    if (PostgresTables.Views(names, [_described[topic.Key]]) is { Length: > 0 } view)
                    {
                        await using var command = new NpgsqlCommand(view, connection);
                        await command.ExecuteNonQueryAsync(cancellation);
                    }

                    await _loaders[topic.Key].TakeOverAsync(connection, cancellation);
                }
            }
        }
    }

    /// <summary>Loads the table as current has it by now. A loader that does so already stays, with what it has counted.</summary>
    private async Task<bool> DescribeAsync(NpgsqlConnection connection, string topic, CancellationToken cancellation)
    {
        var held = await HeldColumns.DescribeAsync(connection, names, _described[topic], cancellation);
        if (held.Columns.SequenceEqual(_loaders[topic].Table.Columns))
        {
            return false;
        }

        _loaders[topic] = new TableLoader(names, held, lake, alikeRefusals);
        return true;
    }

    private void Hold(string table, IEnumerable<PoisonRecord> open)
    {
        foreach (var key in open.Select(record => record.HeldKey).OfType<RowKey>())
        {
            if (!_held.TryGetValue(table, out var keys))
            {
                _held[table] = keys = [];
            }

            keys.Add(key);
        }
    }
}
