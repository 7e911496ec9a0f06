using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Core.Transactions;
using HospitalStreaming.Warehouse.Letters;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>What one load of one table has read: changes to apply, and poison with the keys it holds back from here on.</summary>
/// <param name="held">Keys held back by loads before.</param>
/// <param name="reader">Reader of the table.</param>
/// <param name="decisions">What was decided about records by now.</param>
/// <param name="gate">Told of every record and its transaction; null where current does not wait for whole transactions.</param>
/// <param name="load">Number of the load, for the gate.</param>
internal sealed class Batch(
    IReadOnlySet<RowKey> held, RecordReader reader, LetterDecisions decisions, TransactionGate? gate = null, long load = 0)
{
    private readonly List<(LakeStream Stream, int FirstChange)> _parts = [];
    private readonly List<(LakeStream Stream, long Offset, Truncation Truncation)> _truncations = [];
    private HashSet<RowKey>? _heldHere;

    internal List<RowChange> Changes { get; } = [];

    /// <summary>Records that cannot be applied as they are, decided ones among them.</summary>
    internal List<(string StreamEpoch, PoisonRecord Record)> Poison { get; } = [];

    /// <summary>Those of them that nobody has decided about: they hold their key, and a letter is due.</summary>
    internal List<PoisonRecord> Open { get; } = [];

    /// <summary>Decisions that this load takes into account.</summary>
    internal List<LetterDecision> Settled { get; } = [];

    /// <summary>The latest truncate read.</summary>
    internal Truncation? Truncation => TruncationBefore(static _ => long.MaxValue);

    /// <summary>Whether its streamed changes name their transactions, all of them; null where it has none.</summary>
    internal bool? Marked { get; private set; }

    internal DateTimeOffset? LastCommittedAt { get; private set; }

    /// <summary>Takes one record in log order; returns what it says by itself.</summary>
    internal ReadRecord Add(string streamEpoch, LakeRecord line, int sourceEpoch)
    {
        var own = reader.Read(line, sourceEpoch);
        var stream = Part(streamEpoch, line.Position);
        gate?.Take(stream, line.Position.Offset, own.Transaction, own.Lsn, sourceEpoch, own is { Poison: not null, Op: null }, load);
        Marked = own.Op is null or "r" or "m" ? Marked : Marked != false && own.Transaction is not null;
        var decision = decisions.Find(line.Position.Topic, streamEpoch, line.Position.Partition, line.Position.Offset);
        var effect = LetterDecisions.Effect(reader, decision, own, sourceEpoch);
        if (effect.Truncation is { } truncation)
        {
            _truncations.Add((stream, line.Position.Offset, truncation));
        }

        if (decision is not null)
        {
            Settled.Add(decision);
        }

        if (own.Poison is { } why)
        {
            var record = new PoisonRecord(line.Position, own.HeldKey, why.Code, why.Detail, line.Key?.ToArray(), line.Value?.ToArray());
            Poison.Add((streamEpoch, record));
            if (effect.Poison is not null)
            {
                Open.Add(record);
            }
        }

        if (effect.Poison is not null && effect.HeldKey is { } key)
        {
            (_heldHere ??= []).Add(key);
        }
        else if (effect.Change is { } change && !held.Contains(change.Key) && _heldHere?.Contains(change.Key) != true)
        {
            Changes.Add(change);
            if (change.CommittedAt > LastCommittedAt || LastCommittedAt is null)
            {
                LastCommittedAt = change.CommittedAt ?? LastCommittedAt;
            }
        }

        return own;
    }

    /// <summary>The changes that may be applied: of each partition those before an offset.</summary>
    internal List<RowChange> ChangesBefore(Func<LakeStream, long> end)
    {
        var ends = _parts.ConvertAll(part => end(part.Stream));
        if (ends.TrueForAll(one => one == long.MaxValue))
        {
            return Changes;
        }

        var before = new List<RowChange>();
        for (var i = 0; i < _parts.Count; i++)
        {
            var next = i + 1 < _parts.Count ? _parts[i + 1].FirstChange : Changes.Count;
            before.AddRange(Changes[_parts[i].FirstChange..next].Where(change => change.Offset < ends[i]));
        }

        return before;
    }

    /// <summary>The latest truncate that may be applied.</summary>
    internal Truncation? TruncationBefore(Func<LakeStream, long> end) => _truncations.Where(item => item.Offset < end(item.Stream))
        .Aggregate((Truncation?)null, (latest, item) => Core.Merging.Truncation.Later(latest, item.Truncation));

    private LakeStream Part(string streamEpoch, LogPosition position)
    {
        if (_parts.Count == 0 || _parts[^1].Stream is var last && (last.Partition != position.Partition || last.Epoch != streamEpoch))
        {
            _parts.Add((new LakeStream(position.Topic, streamEpoch, position.Partition), Changes.Count));
        }

        return _parts[^1].Stream;
    }
}
