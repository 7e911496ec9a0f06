using System.Runtime.InteropServices;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Core.Transactions;

/// <summary>
/// Says up to where each partition's records may be applied, so that what is applied is always all of some first transactions of the source and
/// nothing of the others. Raw takes every record at once; this decides about current only.
/// A transaction is whole once END is there and as many of its records as END counts, by table; it is let go after all that END before it, and
/// only where no record of another waits before its own in their partitions. Records without a transaction wait for nothing but their turn.
/// </summary>
/// <param name="isLoaded">Whether a change topic is loaded at all: records of others are not waited for.</param>
/// <param name="topicOf">The change topic of a table as END names it.</param>
/// <param name="isStopped">
/// Whether a change topic is loaded, but stands still until somebody has made a choice: the other tables do not wait for it, and its records of
/// what was let go meanwhile are shown when they come.
/// </param>
public sealed class TransactionGate(Func<string, bool> isLoaded, Func<string, string> topicOf, Func<string, bool>? isStopped = null)
{
    /// <summary>
    /// How many transactions let go are remembered, to know their records when they come again. END comes again too, behind its records, so this
    /// need only bridge how far one topic is loaded ahead of another.
    /// </summary>
    public const int MaxEnded = 65_536;

    private readonly Dictionary<LakeStream, StreamGate> _streams = [];
    private readonly Dictionary<uint, TransactionArrivals> _arrivals = [];
    private readonly SortedDictionary<(Lsn At, uint Id), TransactionEnd> _ends = [];
    private readonly Dictionary<uint, Lsn> _endOf = [];
    private readonly Dictionary<uint, LinkedListNode<EndedTransaction>> _ended = [];
    private readonly LinkedList<EndedTransaction> _endedInOrder = [];
    private List<EndedTransaction> _news = [];
    private List<uint> _forgotten = [];
    private int _sourceEpoch;

    /// <summary>Stretches of records that wait: what this keeps in memory is bounded by them.</summary>
    public int Waiting { get; private set; }

    /// <summary>Transactions that were let go although they were not whole.</summary>
    public long GivenUp { get; private set; }

    /// <summary>ENDs not let go, in order: what must be known again after a restart, with <see cref="Ended"/>.</summary>
    public IReadOnlyCollection<TransactionEnd> Pending => _ends.Values;

    /// <summary>Transactions let go lately, oldest first.</summary>
    public IReadOnlyCollection<EndedTransaction> Ended => _endedInOrder;

    /// <summary>Takes a record, in the log order of its partition.</summary>
    /// <param name="stream">Its partition.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="mark">Its transaction; null where it has none, or none that can be read.</param>
    /// <param name="lsn">Its LSN.</param>
    /// <param name="sourceEpoch">Source epoch of its place.</param>
    /// <param name="unreadable">Whether it may be a record of a transaction that cannot be read: it then counts for one that lacks it.</param>
    /// <param name="load">Number of the load that brings it.</param>
    public void Take(LakeStream stream, long offset, TransactionMark? mark, Lsn? lsn, int sourceEpoch, bool unreadable, long load)
    {
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_streams, stream, out var known);
        var gate = known ? slot! : slot = new StreamGate(stream, offset);
        if (mark is not { } transaction)
        {
            if (unreadable)
            {
                gate.PassUnreadable(offset);
            }
            else
            {
                gate.Pass(offset);
            }

            return;
        }

        _sourceEpoch = Math.Max(_sourceEpoch, sourceEpoch);
        if (HasEnded(transaction.Id, lsn, sourceEpoch))
        {
            gate.Pass(offset);
            return;
        }

        if (!_arrivals.TryGetValue(transaction.Id, out var arrivals))
        {
            _arrivals[transaction.Id] = arrivals = new TransactionArrivals();
        }

        if (!arrivals.Add(stream, transaction.Order, lsn, sourceEpoch))
        {
            // It comes again, perhaps behind records of later transactions; the first one waits for both.
            gate.Pass(offset);
        }
        else if (gate.Wait(offset, transaction.Id, lsn, sourceEpoch, load))
        {
            Waiting++;
            arrivals.AddStretch(stream);
        }
    }

    /// <summary>Takes an END. One that has come before changes nothing.</summary>
    public void Take(TransactionEnd end)
    {
        if (_ended.TryGetValue(end.Id, out var node) && end.At <= node.Value.At && !_arrivals.ContainsKey(end.Id))
        {
            // It comes again: so do its records, soon.
            Forget(end.Id);
            Remember(node.Value);
        }
        else if (end.Counts.Any(count => count.Value > 0 && isLoaded(topicOf(count.Key))))
        {
            if (_endOf.TryGetValue(end.Id, out var before))
            {
                _ends.Remove((before, end.Id));
            }

            _ends[(end.At, end.Id)] = end;
            _endOf[end.Id] = end.At;
        }
    }

    /// <summary>Knows again what had been let go before a restart, oldest first.</summary>
    public void Restore(EndedTransaction ended)
    {
        Forget(ended.Id);
        Remember(ended);
        _news.Clear();
        _sourceEpoch = Math.Max(_sourceEpoch, ended.SourceEpoch);
    }

    /// <summary>Lets go what can be.</summary>
    /// <param name="giveUpThrough">
    /// Transactions with records that this load or one before it brought are let go whole or not: they have waited too long. Null to wait on.
    /// </param>
    public void Advance(long? giveUpThrough = null)
    {
        LetGoWhole();
        while (giveUpThrough is { } load && Oldest(load) is { } late)
        {
            // One that has ended may be whole, and wait behind one that ended before it and lacks records: all of them, so that none of it waits here.
            var id = _endOf.ContainsKey(late.Id) && _ends.First().Value is var first && Lacks(first) ? first.Id : late.Id;
            GivenUp++;
            LetGo(id, _endOf.TryGetValue(id, out var at) ? at : new Lsn(long.MaxValue));
            LetGoWhole();
        }
    }

    /// <summary>Up to where a partition's records may be applied; null where nothing of it has come.</summary>
    public long? Applied(LakeStream stream) => _streams.TryGetValue(stream, out var gate) ? gate.Applied : null;

    /// <summary>The first record of a partition that must not be applied yet; null where nothing waits.</summary>
    public long? FirstWaiting(LakeStream stream) => _streams.TryGetValue(stream, out var gate) ? gate.Waiting.First?.Value.Start : null;

    /// <summary>What was let go, or came again, since the last call; and which transactions are forgotten.</summary>
    public (IReadOnlyList<EndedTransaction> Ended, IReadOnlyList<uint> Forgotten) TakeNews()
    {
        var news = (_news, _forgotten);
        (_news, _forgotten) = ([], []);
        return news;
    }

    /// <summary>What the others wait for; null where nothing waits.</summary>
    public TransactionWait? Blocker()
    {
        if (Waiting == 0 || Oldest(long.MaxValue) is not { } oldest)
        {
            return null;
        }

        foreach (var end in _ends.Values)
        {
            foreach (var (table, count) in end.Counts)
            {
                if (Lacking(end.Id, table, count) is var lacking and > 0)
                {
                    return new TransactionWait(end.Id, topicOf(table), count - lacking, count, oldest.Load);
                }
            }

            // Whole, and behind a record of one whose END has not come.
            if (_arrivals.TryGetValue(end.Id, out var arrivals) && arrivals.Streams.Select(stream => _streams[stream].Waiting.First!.Value.Id).Where(id => !_endOf.ContainsKey(id)).ToList() is [var first, ..])
            {
                return new TransactionWait(first, null, 0, 0, oldest.Load);
            }
        }

        return new TransactionWait(oldest.Id, null, 0, 0, oldest.Load);
    }

    private void LetGoWhole()
    {
        while (_ends.Count > 0)
        {
            var end = _ends.First().Value;
            if (Lacks(end) || !IsFirst(end.Id))
            {
                return;
            }

            foreach (var (table, count) in end.Counts)
            {
                CountUnreadable(end.Id, table, count);
            }

            LetGo(end.Id, end.At);
        }
    }

    private void LetGo(uint id, Lsn at)
    {
        if (_endOf.Remove(id, out var ended))
        {
            _ends.Remove((ended, id));
        }

        var came = _arrivals.Remove(id, out var arrivals);
        Forget(id);
        Remember(new EndedTransaction(id, at, came ? arrivals!.SourceEpoch : _sourceEpoch));
        if (!came)
        {
            return;
        }

        foreach (var stream in arrivals!.Streams)
        {
            var gate = _streams[stream];
            while (gate.Waiting.First is { } first && HasEnded(first.Value.Id, first.Value.Lsn, first.Value.SourceEpoch))
            {
                gate.Release();
                Waiting--;
            }
        }
    }

    // Before its last record in each partition there is nothing that still waits for another transaction.
    private bool IsFirst(uint id) => !_arrivals.TryGetValue(id, out var arrivals) || arrivals.Streams.All(stream =>
    {
        var left = arrivals.Stretches(stream);
        foreach (var stretch in _streams[stream].Waiting)
        {
            if (stretch.Id == id)
            {
                if (--left == 0)
                {
                    return true;
                }
            }
            else if (!HasEnded(stretch.Id, stretch.Lsn, stretch.SourceEpoch))
            {
                return false;
            }
        }

        return true;
    });

    private bool Lacks(TransactionEnd end) => end.Counts.Any(count => Lacking(end.Id, count.Key, count.Value) > 0);

    private long Lacking(uint id, string table, long count)
    {
        var topic = topicOf(table);
        if (!IsAwaited(topic))
        {
            return 0;
        }

        var lacking = count - (_arrivals.TryGetValue(id, out var arrivals) ? arrivals.Count(topic) : 0);
        return lacking > 0 ? Math.Max(0, lacking - _streams.Values.Where(gate => gate.Stream.Topic == topic).Sum(gate => gate.Unreadable(id))) : 0;
    }

    private bool IsAwaited(string topic) => isLoaded(topic) && isStopped?.Invoke(topic) != true;

    private void CountUnreadable(uint id, string table, long count)
    {
        var topic = topicOf(table);
        var lacking = count - (_arrivals.TryGetValue(id, out var arrivals) ? arrivals.Count(topic) : 0);
        foreach (var gate in IsAwaited(topic) && lacking > 0 ? _streams.Values.Where(gate => gate.Stream.Topic == topic) : [])
        {
            lacking = gate.Count(id, lacking);
        }
    }

    private StreamGate.Stretch? Oldest(long load)
    {
        StreamGate.Stretch? oldest = null;
        foreach (var gate in Waiting == 0 ? [] : _streams.Values.Select(gate => gate.Waiting))
        {
            if (gate.First is { } first && first.Value.Load <= load && !(oldest?.Load <= first.Value.Load))
            {
                oldest = first.Value;
            }
        }

        return oldest;
    }

    // Transaction ids and LSNs of a source epoch say nothing in a newer one.
    private bool HasEnded(uint id, Lsn? lsn, int sourceEpoch) =>
        _ended.TryGetValue(id, out var node) && node.Value.SourceEpoch >= sourceEpoch && !(lsn >= node.Value.At);

    private void Remember(EndedTransaction ended)
    {
        _ended[ended.Id] = _endedInOrder.AddLast(ended);
        _news.Add(ended);
        if (_endedInOrder.Count > MaxEnded)
        {
            var oldest = _endedInOrder.First!.Value.Id;
            Forget(oldest);
            _forgotten.Add(oldest);
        }
    }

    private void Forget(uint id)
    {
        if (_ended.Remove(id, out var node))
        {
            _endedInOrder.Remove(node);
        }
    }
}
