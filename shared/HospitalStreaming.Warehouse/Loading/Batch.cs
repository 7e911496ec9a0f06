using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Merging;
using HospitalStreaming.Warehouse.Letters;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>What one load of one table has read: changes to apply, and poison with the keys it holds back from here on.</summary>
/// <param name="held">Keys held back by loads before.</param>
/// <param name="reader">Reader of the table.</param>
/// <param name="decisions">What was decided about records by now.</param>
internal sealed class Batch(IReadOnlySet<long> held, RecordReader reader, LetterDecisions decisions)
{
    private HashSet<long>? _heldHere;

    internal List<RowChange> Changes { get; } = [];

    /// <summary>Records that cannot be applied as they are, decided ones among them.</summary>
    internal List<(string StreamEpoch, PoisonRecord Record)> Poison { get; } = [];

    /// <summary>Those of them that nobody has decided about: they hold their key, and a letter is due.</summary>
    internal List<PoisonRecord> Open { get; } = [];

    /// <summary>Decisions that this load takes into account.</summary>
    internal List<LetterDecision> Settled { get; } = [];

    /// <summary>The latest truncate read.</summary>
    internal Truncation? Truncation { get; private set; }

    internal DateTimeOffset? LastCommittedAt { get; private set; }

    /// <summary>Takes one record in log order; returns what it says by itself.</summary>
    internal ReadRecord Add(string streamEpoch, LakeRecord line, int sourceEpoch)
    {
        var own = reader.Read(line, sourceEpoch);
        var decision = decisions.Find(line.Position.Topic, streamEpoch, line.Position.Partition, line.Position.Offset);
        var effect = LetterDecisions.Effect(reader, decision, own, sourceEpoch);
        Truncation = Core.Merging.Truncation.Later(Truncation, effect.Truncation);
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
}
