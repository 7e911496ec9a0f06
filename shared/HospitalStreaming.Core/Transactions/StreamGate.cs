using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Core.Transactions;

/// <summary>One partition's records that wait for their transactions, as stretches of the log: what follows a waiting record waits with it.</summary>
/// <param name="stream">The partition.</param>
/// <param name="next">Behind the last record taken.</param>
internal sealed class StreamGate(LakeStream stream, long next)
{
    // Unreadable records only matter next to a transaction that lacks some; that many never do.
    private const int MaxUnreadable = 1_000;

    private readonly Queue<long> _unreadable = new();

    internal LakeStream Stream => stream;

    /// <summary>Stretches that wait, in log order.</summary>
    internal LinkedList<Stretch> Waiting { get; } = [];

    /// <summary>Up to here everything may be applied.</summary>
    internal long Applied => Waiting.First?.Value.Start ?? next;

    /// <summary>
    /// Records whose transaction cannot be read, that none has been counted for, and that may be this one's: none of another transaction waits
    /// before them.
    /// </summary>
    internal long Unreadable(uint id) => Waiting.Count == 0 ? _unreadable.Count : UnreadableBefore(FirstOfAnother(id));

    internal void Pass(long offset) => next = offset + 1;

    internal void PassUnreadable(long offset)
    {
        Pass(offset);
        _unreadable.Enqueue(offset);
        if (_unreadable.Count > MaxUnreadable)
        {
            _unreadable.Dequeue();
        }
    }

    /// <summary>Lets a record wait; true where it begins a stretch.</summary>
    internal bool Wait(long offset, uint id, Lsn? lsn, int sourceEpoch, long load)
    {
        Pass(offset);
        if (Waiting.Last is { } last && last.Value.Id == id)
        {
            return false;
        }

        Waiting.AddLast(new Stretch(id, offset, lsn, sourceEpoch, load));
        return true;
    }

    /// <summary>Lets the first stretch go. Unreadable records before it were none of a later transaction's.</summary>
    internal void Release()
    {
        var start = Waiting.First!.Value.Start;
        Waiting.RemoveFirst();
        while (_unreadable.TryPeek(out var offset) && offset < start)
        {
            _unreadable.Dequeue();
        }
    }

    /// <summary>Counts unreadable records for a transaction; returns how many are still lacking.</summary>
    internal long Count(uint id, long lacking)
    {
        var end = FirstOfAnother(id);
        while (lacking > 0 && _unreadable.TryPeek(out var offset) && offset < end)
        {
            _unreadable.Dequeue();
            lacking--;
        }

        return lacking;
    }

    private long FirstOfAnother(uint id)
    {
        foreach (var stretch in Waiting)
        {
            if (stretch.Id != id)
            {
                return stretch.Start;
            }
        }

        return long.MaxValue;
    }

    private long UnreadableBefore(long end) => _unreadable.Count(offset => offset < end);

    /// <summary>Consecutive records of one transaction, and what stands among and behind them without one.</summary>
    internal readonly record struct Stretch(uint Id, long Start, Lsn? Lsn, int SourceEpoch, long Load);
}
