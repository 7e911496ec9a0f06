using System.Globalization;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Transactions;

namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// The gate for whole transactions on BigQuery, and its books. What waits is not written anywhere again: positions say from where on, of the
/// transaction topic too, and the lake has the objects. Beside that there is what was let go lately, one row a load, and how readers see transactions.
/// All of it is written in the transaction of the load it tells of, and nothing at all for a source that does not name its transactions.
/// </summary>
/// <param name="sql">Runs queries.</param>
/// <param name="names">Data sets.</param>
/// <param name="lake">The lake.</param>
/// <param name="tables">Loaded tables, by change topic.</param>
/// <param name="clock">The loader's clock: a load's number is when it began, in milliseconds.</param>
/// <param name="patience">How long a transaction is waited for.</param>
internal sealed class GateBook(BigQuerySql sql, WarehouseNames names, ILake lake, Func<string, TableDescription?> tables, TimeProvider clock, TimeSpan patience)
{
    private readonly HashSet<string> _stopped = new(StringComparer.Ordinal);
    private readonly ReadsBook _readsBook = new(sql, names);
    private readonly KnownReads _reads = new();
    private readonly Dictionary<(uint Id, Lsn At), LetterPlace> _ends = [];
    private readonly Queue<(long Sequence, int Count)> _let = [];
    private TransactionReads? _next;
    private (long Sequence, int Count)? _letNow;
    private long _givenUpKnown;

    /// <summary>The books say what is not in memory.</summary>
    internal bool IsBehind { get; private set; } = true;

    internal TransactionGate Gate { get; private set; } = new(_ => false, static name => name);

    /// <summary>Number of the load that is under way.</summary>
    internal long Load { get; private set; }

    /// <summary>Objects with records that wait.</summary>
    internal WaitingObjects Objects { get; } = new(sql, names, lake, tables);

    /// <summary>Transactions that this loader has shown although they were not whole.</summary>
    internal long GivenUp { get; private set; }

    /// <summary>Whether something is waited for no longer.</summary>
    internal bool IsLate => Late() is not null;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Another may have loaded: the books are to be read anew.</summary>
    internal void Forget() => IsBehind = true;

    /// <summary>A load begins: the books are to be read anew, unless it takes effect.</summary>
    internal void Begin()
    {
        Load = Now;
        (_next, _letNow) = (null, null);
        IsBehind = true;
    }

    /// <summary>Reads a claim's records, and notes which table stands still by now or goes on: the others do not wait for one that does.</summary>
    internal async Task<T> HeedAsync<T>(LoadClaim claim, Task<T> reading)
    {
        try
        {
            var read = await reading;
            _stopped.ExceptWith(claim.ByTopic.Select(topic => topic.Key));
            return read;
        }
        catch (TableStoppedException stop)
        {
            _stopped.Add(stop.Topic);
            throw;
        }
    }

    /// <summary>It took effect.</summary>
    internal void Committed(Release release)
    {
        if (_next is { } written)
        {
            _reads.Written(written);
        }

        if (_letNow is { } let)
        {
            _let.Enqueue(let);
        }

        GivenUp += _reads.GivenUp - _givenUpKnown;
        (IsBehind, _givenUpKnown) = (false, _reads.GivenUp);
        Objects.Keep(release);
    }

    /// <summary>Reads the books where they say more than is in memory.</summary>
    internal async Task KnowAsync(IReadOnlyList<LoadPosition> positions, SourceEpochs epochs, IReadOnlyList<BookedLetter> letters, CancellationToken cancellation)
    {
        if (!IsBehind)
        {
            return;
        }

        Gate = new TransactionGate(topic => tables(topic) is not null, TopicNames.ChangesOfCollection, _stopped.Contains);
        _ends.Clear();
        _reads.Read(await _readsBook.FindAsync(string.Empty, cancellation));
        _givenUpKnown = _reads.GivenUp;
        await ReadLetGoAsync(cancellation);
        await Objects.ReadBooksAsync(positions, cancellation);
        await ReadWaitingAsync(Release.None(positions), epochs, letters, cancellation);

        // What comes again by being read again is in the books already.
        Gate.TakeNews();
        IsBehind = false;
    }

    /// <summary>Takes in objects of the transaction topic.</summary>
    internal async Task ReadAsync(IEnumerable<LakeObject> objects, CancellationToken cancellation)
    {
        foreach (var item in objects)
        {
            await TakeEndsAsync(item, 0, cancellation);
        }
    }

    /// <summary>Lets go what is whole, or has waited too long.</summary>
    /// <param name="positions">Partitions with what the load brings; applied as before it.</param>
    /// <param name="objects">What the load brings.</param>
    internal Release Advance(IReadOnlyList<LoadPosition> positions, IReadOnlyList<LakeObject> objects)
    {
        Objects.Add(objects.Where(item => item.Name.Stream.Topic != TopicNames.Transactions), Load);
        Gate.Advance();
        if (Late() is { } late)
        {
            Gate.Advance(late);
        }

        var pending = Gate.Pending.Select(end => (end.Id, end.At)).ToHashSet();
        foreach (var gone in _ends.Keys.Where(key => !pending.Contains(key)).ToList())
        {
            _ends.Remove(gone);
        }

        var first = _ends.Values.GroupBy(place => place.Stream).ToDictionary(stream => stream.Key, stream => stream.Min(place => place.Offset));
        return Release.Of(
            positions,
            objects,
            stream => stream.Topic != TopicNames.Transactions ? Gate.FirstWaiting(stream) : first.TryGetValue(stream, out var offset) ? offset : null);
    }

    /// <summary>What the load changes in the books; null where that is nothing.</summary>
    /// <param name="sequence">Number of the step.</param>
    /// <param name="objects">Objects of the transaction topic that it takes in.</param>
    /// <param name="marked">Whether the streamed changes read name their transactions; null where none were read.</param>
    internal GateStep? Step(long sequence, IReadOnlyList<LakeObject> objects, bool? marked)
    {
        var statements = new List<string>();
        var table = $"`{names.Line}`.{BigQueryLayout.Transactions}";

        // The last word on an id, and no more of them than are remembered.
        var ended = Gate.TakeNews().Ended.Reverse().DistinctBy(one => one.Id).Take(TransactionGate.MaxEnded).Reverse().ToList();
        if (ended.Count > 0)
        {
            _letNow = (sequence, ended.Count);
            statements.Add(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {table} (seq, ended) VALUES ({sequence}, {SqlText.Packed(EndedText.Of(ended))})"));
            long? old = null;
            for (var left = _let.Sum(let => (long)let.Count) + ended.Count; _let.TryPeek(out var oldest) && left - oldest.Count >= TransactionGate.MaxEnded; left -= oldest.Count)
            {
                old = _let.Dequeue().Sequence;
            }

            if (old is { } gone)
            {
                statements.Add(string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {table} WHERE seq <= {gone}"));
            }
        }

        _next = _reads.Next(marked, Gate);
        statements.AddRange(_next is null ? [] : _readsBook.Statements(_next));
        return statements.Count + objects.Count == 0 ? null : new GateStep(sequence, objects, statements);
    }

    /// <summary>How readers see transactions.</summary>
    internal async Task<TransactionReads> StatusAsync(CancellationToken cancellation) => await _readsBook.FindAsync(string.Empty, cancellation) ?? TransactionReads.PerTable;

    private long? Late()
    {
        if (Gate.Waiting == 0 || Gate.Blocker() is not { } blocker)
        {
            return null;
        }

        var late = TransactionPatience.IsExhausted(Gate) ? blocker.Load : Now - (long)patience.TotalMilliseconds;
        return blocker.Load <= late ? late : null;
    }

    private async Task ReadLetGoAsync(CancellationToken cancellation)
    {
        _let.Clear();
        var rows = await sql.QueryAsync(
            $"SELECT seq, ended FROM `{names.Line}`.{BigQueryLayout.Transactions} ORDER BY seq", new Dictionary<string, object?>(), cancellation);
        foreach (var row in rows.Rows)
        {
            var ended = EndedText.Read((string)row[1]!);
            _let.Enqueue(((long)row[0]!, ended.Count));
            foreach (var one in ended)
            {
                Gate.Restore(one);
            }
        }
    }

    // What waits, and before it the records that cannot be read and that something which waits may lack.
    private async Task ReadWaitingAsync(Release applied, SourceEpochs epochs, IReadOnlyList<BookedLetter> letters, CancellationToken cancellation)
    {
        long? oldest = null;
        foreach (var entry in Objects.All.Where(entry => entry.Stream.Topic == TopicNames.Transactions))
        {
            await TakeEndsAsync(entry.Item!, applied.EndOf(entry.Stream), cancellation);
            oldest = Math.Min(oldest ?? long.MaxValue, entry.Load);
        }

        var poison = letters.Where(letter => letter.Poison).Select(letter => letter.Place).ToList();
        var unread = oldest is null || poison.Count == 0 ? [] : await Objects.AppliedSinceAsync(oldest.Value, cancellation);
        var had = unread.Where(entry => poison.Exists(place => IsIn(entry, place)));
        foreach (var entry in WaitingObjects.InOrder(had.Concat(Objects.All)))
        {
            var stream = entry.Stream;
            if (tables(stream.Topic) is not { } table)
            {
                continue;
            }

            var (reader, end) = (new RecordReader(table), applied.EndOf(stream));
            await Objects.ReadAsync(entry, 0, line =>
            {
                var epoch = epochs.Of(stream.Topic, stream.Partition, line.Position.Offset);
                var (own, waits) = (reader.Read(line, epoch), line.Position.Offset >= end);
                var unreadable = own is { Poison: not null, Op: null };
                if (waits || unreadable)
                {
                    Gate.Take(stream, line.Position.Offset, waits ? own.Transaction : null, own.Lsn, epoch, unreadable, entry.Load);
                }
            }, cancellation);
        }
    }

    private async Task TakeEndsAsync(LakeObject item, long from, CancellationToken cancellation)
    {
        foreach (var (offset, end) in await TransactionTopic.EndsAsync(lake, item, cancellation))
        {
            if (offset >= from)
            {
                Gate.Take(end);
                _ends[(end.Id, end.At)] = new LetterPlace(item.Name.Stream, offset);
            }
        }
    }

    private static bool IsIn(WaitingObject entry, LetterPlace place) => place.Stream == entry.Stream && place.Offset >= entry.Start && place.Offset < entry.Next;
}
