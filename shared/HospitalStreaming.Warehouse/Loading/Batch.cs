using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Merging;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>What one load of one table has read: changes to apply, and poison with the keys it holds back from here on.</summary>
/// <param name="held">Keys held back by loads before.</param>
internal sealed class Batch(IReadOnlySet<long> held)
{
    private HashSet<long>? _heldHere;

    internal List<RowChange> Changes { get; } = [];

    internal List<(string StreamEpoch, PoisonRecord Record)> Poison { get; } = [];

    /// <summary>The latest truncate read.</summary>
    internal Truncation? Truncation { get; private set; }

    internal DateTimeOffset? LastCommittedAt { get; private set; }

    internal void Add(string streamEpoch, LakeRecord line, ReadRecord record)
    {
        Truncation = Core.Merging.Truncation.Later(Truncation, record.Truncation);
        if (record.Poison is { } why)
        {
            Poison.Add((streamEpoch, new PoisonRecord(
                line.Position, record.HeldKey, why.Code, why.Detail, line.Key?.ToArray(), line.Value?.ToArray())));
            if (record.HeldKey is { } key)
            {
                (_heldHere ??= []).Add(key);
            }
        }
        else if (record.Change is { } change && !held.Contains(change.Key) && _heldHere?.Contains(change.Key) != true)
        {
            Changes.Add(change);
            if (change.CommittedAt > LastCommittedAt || LastCommittedAt is null)
            {
                LastCommittedAt = change.CommittedAt ?? LastCommittedAt;
            }
        }
    }
}
