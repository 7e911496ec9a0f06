using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Describing;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// The warehouse on BigQuery. A load is, table by table, a create-only claim in the lake and a load job with the claim's own id into a stage, and
/// then one transaction for all tables: raw, current, positions, poison and signals. A crash between the two leaves a claim that the next loader
/// finishes.
/// </summary>
public sealed class BigQueryWarehouse : IWarehouse
{
    private readonly ILake _lake;
    private readonly BigQueryTables _tables;
    private readonly BigQueryLedger _ledger;
    private readonly RowCompletion _completion;
    private readonly LoadJobs _jobs;
    private readonly JobBook _book;
    private readonly GateBook _gate;
    private readonly WaitedChanges _waited;
    private readonly EpochDocuments _epochs;
    private readonly DecisionDocuments _decisions;
    private readonly IReadOnlyList<TableDescription> _inCode;
    private readonly LearntTables _learnt;

    private Dictionary<string, HashSet<RowKey>> _held = new(StringComparer.Ordinal);
    private IReadOnlyList<BookedLetter> _letters = [];
    private LetterDecisions _known = LetterDecisions.None;
    private string _fence = "none";
    private string? _life;

    /// <summary>Creates it; nothing is sent yet.</summary>
    /// <param name="client">Sends requests.</param>
    /// <param name="names">Data set names.</param>
    /// <param name="tables">Captured tables that are known in code; those that the lake describes are loaded too.</param>
    /// <param name="lake">Where the claimed objects are; a bucket that BigQuery can read.</param>
    /// <param name="loadInterval">Shortest time between two loads.</param>
    /// <param name="transactionPatience">How long current waits for a transaction that is not whole; null for <see cref="TransactionPatience.Default"/>.</param>
    /// <param name="alikeRefusals">Rows refused in a row for the same column that stop a table; 0 for never.</param>
    public BigQueryWarehouse(
        BigQueryClient client, WarehouseNames names, IReadOnlyList<TableDescription> tables, ILake lake, TimeSpan loadInterval, TimeSpan? transactionPatience = null,
        int alikeRefusals = WarehouseOptions.DefaultAlikeRefusals)
    {
        var sql = new BigQuerySql(client, names);
        (_lake, _inCode, LoadInterval) = (lake, tables, loadInterval);
        _learnt = new LearntTables(client, names, lake, alikeRefusals);
        _tables = new BigQueryTables(client, names);
        _ledger = new BigQueryLedger(sql, names);
        _completion = new RowCompletion(new CurrentRows(sql, names));
        _book = new JobBook(sql, names, client.Clock, loadInterval, client.Meters);
        _jobs = new LoadJobs(client, _tables, sql, names, lake, _book);
        _gate = new GateBook(
            sql, names, lake, topic => Tables.FirstOrDefault(table => TopicNames.ChangesOf(table.Name) == topic), client.Clock, transactionPatience ?? TransactionPatience.Default);
        _waited = new WaitedChanges(_gate.Objects);
        _epochs = new EpochDocuments(lake);
        _decisions = new DecisionDocuments(lake);
    }

    /// <inheritdoc/>
    public TimeSpan LoadInterval { get; }

    /// <inheritdoc/>
    public IReadOnlyList<TableDescription> Tables => _learnt.All is { Count: > 0 } learnt ? learnt : _inCode;

    /// <summary>Its fence: who holds another is no loader any more.</summary>
    internal string Token => _fence;

    /// <inheritdoc/>
    public IEnumerable<string> Topics => [.. Tables.Select(table => TopicNames.ChangesOf(table.Name)), TopicNames.Transactions];

    /// <inheritdoc/>
    public long GivenUp => _gate.GivenUp;

    /// <inheritdoc/>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        var described = await new TableDocuments(_lake).BesideAsync(_inCode, cancellation);
        if (described.Select(DescribedNames.RefusalOf).OfType<string>().FirstOrDefault() is { } refusal)
        {
            throw new NotSupportedException(refusal);
        }

        TableDescription[] captured = [.. _inCode, .. described];
        await _tables.EnsureAsync(captured, cancellation);
        await _learnt.BeginAsync(captured, cancellation);
    }

    /// <inheritdoc/>
    public async Task TakeOverAsync(CancellationToken cancellation)
    {
        var fence = Guid.NewGuid().ToString("N");
        await _ledger.TakeFenceAsync(fence, cancellation);
        (_fence, _life) = (fence, await _tables.LifeAsync(cancellation));
        _gate.Forget();
        await _book.TakeOverAsync(cancellation);
        if (_learnt.All.Count == 0)
        {
            await _learnt.BeginAsync(_inCode, cancellation);
        }

        _known = await _decisions.ReadAsync(cancellation);
        await ReadLettersAsync(cancellation);

        // Poison of an open claim was set aside before the claim was made.
        var heads = await _ledger.HeadsAsync(cancellation);
        var open = new List<ClaimDocument>();
        foreach (var table in Tables)
        {
            if (await ClaimDocument.ReadAsync(_lake, _life, table.Name, heads.GetValueOrDefault(table.Name).Sequence + 1, cancellation) is { } claim)
            {
                open.Add(claim);
            }
        }

        if (open.Count > 0)
        {
            var epochs = await _epochs.ReadAsync(cancellation);
            var positions = await _ledger.PositionsAsync(cancellation);
            await _gate.KnowAsync(positions, epochs, _letters, cancellation);
            _gate.Begin();
            await FinishAsync(await ReadAsync(open, epochs, mayStop: false, cancellation), [], positions, heads, epochs, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<LoadStatus> StatusAsync(CancellationToken cancellation)
    {
        var letters = await _ledger.LettersAsync(string.Empty, cancellation);
        return new LoadStatus(
            await _ledger.PositionsAsync(cancellation),
            letters.Where(letter => letter.IsOpen && letter.HeldKey is not null).GroupBy(letter => letter.Table, StringComparer.Ordinal)
                .ToDictionary(table => table.Key, table => (long)table.Select(letter => letter.HeldKey).Distinct().Count(), StringComparer.Ordinal),
            letters.Where(letter => letter.Poison).GroupBy(letter => letter.Table, StringComparer.Ordinal)
                .ToDictionary(table => table.Key, table => (long)table.Count(), StringComparer.Ordinal),
            letters.Where(letter => letter.IsOpen).GroupBy(letter => letter.Table, StringComparer.Ordinal)
                .ToDictionary(table => table.Key, table => (long)table.Count(), StringComparer.Ordinal))
        { LoadJobs = await _book.CountsAsync(cancellation), Transactions = await _gate.StatusAsync(cancellation) };
    }

    /// <inheritdoc/>
    public async Task<LoadResult> LoadAsync(LoadClaim claim, SetAside setAside, CancellationToken cancellation)
    {
        await SettleLettersAsync(cancellation);
        var epochs = await _epochs.ReadAsync(cancellation);
        var life = await HoldFenceAsync(cancellation);
        var positions = await _ledger.PositionsAsync(cancellation);
        claim.CheckStart(positions);
        var heads = await _ledger.HeadsAsync(cancellation);
        await _gate.KnowAsync(positions, epochs, _letters, cancellation);
        _gate.Begin();
        LakeObject[] ends = [.. claim.Objects.Where(item => item.Name.Stream.Topic == TopicNames.Transactions)];
        await _gate.ReadAsync(ends, cancellation);
        var claims = claim.ByTopic.Where(topic => topic.Key != TopicNames.Transactions).Select(topic => (Table: TableOf(topic.Key), Objects: topic.ToList()))
            .Select(part => new ClaimDocument(life, part.Table.Name, heads.GetValueOrDefault(part.Table.Name).Sequence + 1, part.Objects));
        var batches = await _gate.HeedAsync(claim, ReadAsync([.. claims], epochs, mayStop: true, cancellation));
        PoisonRecord[] poison = [.. batches.SelectMany(batch => batch.Batch.Open)];
        if (poison.Length > 0)
        {
            await setAside(poison, cancellation);
        }

        foreach (var batch in batches)
        {
            var bytes = batch.Claim.Bytes();
            if (!await _lake.CreateDocumentAsync(batch.Claim.Path, bytes, cancellation)
                && await _lake.ReadDocumentAsync(batch.Claim.Path, cancellation) is { } taken && !taken.AsSpan().SequenceEqual(bytes))
            {
                throw new LoadFencedException($"{batch.Claim.Path} claims other objects: the loader that wrote it, or the next to take over, finishes it");
            }
        }

        return await FinishAsync(batches, ends, positions, heads, epochs, cancellation);
    }

    /// <summary>Reads and proves every object before anything is claimed or loaded. What is claimed already is finished, come what may.</summary>
    private async Task<List<TableBatch>> ReadAsync(IReadOnlyList<ClaimDocument> claims, SourceEpochs epochs, bool mayStop, CancellationToken cancellation)
    {
        var batches = new List<TableBatch>();
        foreach (var claim in claims)
        {
            await _learnt.LearnAsync(claim.Table, claim.Objects, cancellation);
            _learnt.Begin(claim.Table);
            var table = _learnt.Of(claim.Table);
            var reader = new RecordReader(table);
            var (batch, runs) = (new Batch(_held.GetValueOrDefault(table.Name) ?? [], reader, _known, _gate.Gate, _gate.Load), new EpochRuns());
            var rewritten = claim.Objects.Where(_ => BigQueryKey.IsText(table)).Select(item => item.Name.Stream.Epoch).ToHashSet(StringComparer.Ordinal);
            foreach (var item in claim.Objects)
            {
                var stream = item.Name.Stream;
                try
                {
                    using var content = await LakeObjectReader.OpenAsync(_lake, item, cancellation);
                    foreach (var line in content.Records())
                    {
                        var epoch = epochs.Of(stream.Topic, stream.Partition, line.Position.Offset);
                        runs.Note(stream.Epoch, stream.Partition, line.Position.Offset, epoch);
                        var own = batch.Add(stream.Epoch, line, epoch);
                        if (mayStop)
                        {
                            _learnt.Note(table.Name, own);
                        }

                        if (!rewritten.Contains(stream.Epoch) && !JsonFit.Loads(line))
                        {
                            rewritten.Add(stream.Epoch);
                        }
                    }
                }
                catch (LakeDamageException failure)
                {
                    throw new ObjectDamagedException(stream.Topic, failure.Message, failure);
                }
            }

            batches.Add(new TableBatch(table, claim, batch, runs) { Rewritten = rewritten, Release = Release.None([]) });
        }

        return batches;
    }

    /// <summary>From claims that are written: their lines and the complete rows into stages, then the one transaction. May be repeated by anyone.</summary>
    private async Task<LoadResult> FinishAsync(
        List<TableBatch> batches, IReadOnlyList<LakeObject> ends, IReadOnlyList<LoadPosition> before, Dictionary<string, (long Sequence, string Nonce)> heads,
        SourceEpochs epochs, CancellationToken cancellation)
    {
        await _jobs.StageClaimsAsync(batches, cancellation);
        var nonce = Guid.NewGuid().ToString("N");
        LakeObject[] objects = [.. batches.SelectMany(batch => batch.Claim.Objects), .. ends];
        var release = _gate.Advance(LoadPosition.After(before, objects), objects);
        batches.AddRange(Tables.Where(table => table.HasKey && release.RangesOf(TopicNames.ChangesOf(table.Name)).Count > 0 && batches.TrueForAll(batch => batch.Table.Name != table.Name))
            .Select(table => Unclaimed(table, heads, release)).ToList());
        var (pending, truncations) = (await _ledger.MovesAsync(cancellation), await _ledger.TruncationsAsync(string.Empty, cancellation));
        foreach (var batch in batches)
        {
            var topic = TopicNames.ChangesOf(batch.Table.Name);
            (batch.Release, batch.SweepBelow) = (release, release.SweepBelow(topic, epochs));
            await _waited.ReadAsync(batch, release.RangesOf(topic), epochs, _letters, _known, cancellation);
            batch.Emptied(truncations.GetValueOrDefault(batch.Table.Name));
            await _completion.CompleteAsync(batch, pending, _held, _letters, _known, cancellation);
        }

        var marked = batches.Select(batch => batch.Batch.Marked).OfType<bool>().ToList();
        var gate = _gate.Step(heads.GetValueOrDefault(TopicNames.Transactions).Sequence + 1, ends, marked.Count == 0 ? null : marked.TrueForAll(one => one));
        var brought = objects.Select(item => item.Name.Stream).Concat(release.Moved.Select(position => position.Stream)).ToHashSet();
        await StageRowsAsync(batches, nonce, cancellation);
        await _ledger.ApplyAsync(
            _fence, nonce, new LoadStep(batches, [.. release.Positions.Where(position => brought.Contains(position.Stream))], gate, _gate.Load), _book, cancellation);
        batches.ForEach(batch => _learnt.Committed(batch.Table.Name));
        await DropStagesAsync(batches, cancellation);
        _gate.Committed(release);
        if (batches.Any(batch => batch.Batch.Poison.Count + batch.Batch.Settled.Count > 0))
        {
            await ReadLettersAsync(cancellation);
        }

        return new LoadResult(
            batches.Select(batch => batch.Claim.Sequence).DefaultIfEmpty(gate?.Sequence ?? 0).Max(),
            [.. batches.Select(batch => new TableLoad(
                batch.Table.Name, batch.Claim.Rows, batch.Rows.Count, batch.Batch.Poison.Count, batch.Batch.LastCommittedAt))]);
    }

    /// <inheritdoc/>
    public async Task<int> SettleAsync(CancellationToken cancellation)
    {
        await GiveUpAsync(cancellation);
        return await SettleLettersAsync(cancellation);
    }

    // At rest, too, what has been incomplete for too long is waited for no more.
    private async Task GiveUpAsync(CancellationToken cancellation)
    {
        if (!_gate.IsBehind && !_gate.IsLate)
        {
            return;
        }

        await HoldFenceAsync(cancellation);
        var (epochs, positions) = (await _epochs.ReadAsync(cancellation), await _ledger.PositionsAsync(cancellation));
        await _gate.KnowAsync(positions, epochs, _letters, cancellation);
        if (_gate.IsLate)
        {
            _gate.Begin();
            await FinishAsync([], [], positions, await _ledger.HeadsAsync(cancellation), epochs, cancellation);
        }
    }

    private async Task<int> SettleLettersAsync(CancellationToken cancellation)
    {
        _known = await _decisions.ReadAsync(cancellation);
        var settled = _letters.Where(letter => letter.Settled).Select(letter => letter.Place).ToHashSet();
        var open = _known.All.Where(decision => !settled.Contains(decision.Place)).ToList();
        if (open.Count == 0)
        {
            return 0;
        }

        await HoldFenceAsync(cancellation);

        // What was decided about records that are yet to be loaded takes effect when they are.
        var positions = await _ledger.PositionsAsync(cancellation);
        var due = open.Where(decision => positions.Any(position => position.Stream == decision.Stream && position.Next > decision.Offset)).ToList();
        if (due.Count == 0)
        {
            return 0;
        }

        var (epochs, heads, pending) = (await _epochs.ReadAsync(cancellation), await _ledger.HeadsAsync(cancellation), await _ledger.MovesAsync(cancellation));
        var truncations = await _ledger.TruncationsAsync(string.Empty, cancellation);
        var (batches, nonce, release) = (new List<TableBatch>(), Guid.NewGuid().ToString("N"), Release.None(positions));
        foreach (var topic in due.GroupBy(decision => decision.Stream.Topic))
        {
            var table = TableOf(topic.Key);
            var batch = Unclaimed(table, heads, release);
            batch.SweepBelow = release.SweptBelow(topic.Key, epochs);
            batch.Emptied(truncations.GetValueOrDefault(table.Name));
            batch.Batch.Settled.AddRange(topic);
            var keys = KeysOf(topic, table, epochs);
            keys.UnionWith(pending[table.Name].Where(move => keys.Contains(move.MissingKey)).Select(move => move.Key).ToList());
            await _completion.RemakeAsync(batch, keys, _letters, _known, cancellation);
            batches.Add(batch);
        }

        await StageRowsAsync(batches, nonce, cancellation);
        await _ledger.ApplyAsync(_fence, nonce, new LoadStep(batches, [], null, 0), _book, cancellation);
        await DropStagesAsync(batches, cancellation);
        await ReadLettersAsync(cancellation);
        return due.Count;
    }

    private HashSet<RowKey> KeysOf(IEnumerable<LetterDecision> decisions, TableDescription table, SourceEpochs epochs)
    {
        var reader = new RecordReader(table);
        var places = decisions.Select(decision => decision.Place).ToHashSet();
        var keys = _letters.Where(letter => places.Contains(letter.Place)).Select(letter => letter.HeldKey).OfType<RowKey>().ToHashSet();
        foreach (var decision in decisions)
        {
            var epoch = epochs.Of(decision.Stream.Topic, decision.Stream.Partition, decision.Offset);
            if (LetterDecisions.Effect(reader, decision, default, epoch).Change is { } change)
            {
                keys.Add(change.Key);
            }
        }

        return keys;
    }

    private async Task ReadLettersAsync(CancellationToken cancellation)
    {
        _letters = await _ledger.LettersAsync(string.Empty, cancellation);
        _held = _letters.Where(letter => letter.IsOpen && letter.HeldKey is not null)
            .GroupBy(letter => letter.Table, StringComparer.Ordinal)
            .ToDictionary(table => table.Key, table => table.Select(letter => letter.HeldKey!.Value).ToHashSet(), StringComparer.Ordinal);
    }

    private async Task StageRowsAsync(IEnumerable<TableBatch> batches, string nonce, CancellationToken cancellation)
    {
        var begun = new List<LoadJobs.RowsJob>();
        foreach (var batch in batches.Where(batch => batch.Rows.Count > 0))
        {
            batch.Stage = $"stage_{batch.Table.Name}_{nonce}";
            begun.Add(await _jobs.BeginRowsAsync(batch.Table.Name, batch.Stage, BigQueryLayout.StageFields(batch.Table), batch.Rows.Count, CurrentRows.Lines(batch), cancellation));
        }

        foreach (var job in begun)
        {
            await _jobs.EndRowsAsync(job, cancellation);
        }
    }

    private async Task DropStagesAsync(IEnumerable<TableBatch> batches, CancellationToken cancellation)
    {
        foreach (var stage in batches.SelectMany(batch => batch.Claim.Parts.Select(part => part.Stage).Append(batch.Stage)).OfType<string>())
        {
            await _tables.DropStageAsync(stage, cancellation);
        }
    }

    // An empty claim: one step of the table's head, so that of two loaders one takes it.
    private TableBatch Unclaimed(TableDescription table, Dictionary<string, (long Sequence, string Nonce)> heads, Release release) => new(
        table, new ClaimDocument(_life!, table.Name, heads.GetValueOrDefault(table.Name).Sequence + 1, []), new Batch(new HashSet<RowKey>(), new RecordReader(table), _known), new EpochRuns())
    { Release = release };

    /// <summary>Which life of the warehouse this loader loads.</summary>
    private async Task<string> HoldFenceAsync(CancellationToken cancellation) => _life is { } life && await _ledger.HoldsFenceAsync(_fence, cancellation)
        ? life
        : throw new LoadFencedException("another loader has taken over this warehouse");

    private TableDescription TableOf(string topic) => Tables.Single(table => TopicNames.ChangesOf(table.Name) == topic);
}
