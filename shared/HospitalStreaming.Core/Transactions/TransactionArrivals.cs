using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Core.Transactions;

/// <summary>What has come of one transaction.</summary>
internal sealed class TransactionArrivals
{
    private readonly Dictionary<string, OrderSet> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<LakeStream, (int Stretches, Lsn? Highest)> _streams = [];

    /// <summary>Partitions with records of it.</summary>
    internal IReadOnlyCollection<LakeStream> Streams => _streams.Keys;

    /// <summary>The newest source epoch of its records.</summary>
    internal int SourceEpoch { get; private set; }

    /// <summary>How many stretches of a partition wait for it.</summary>
    internal int Stretches(LakeStream stream) => _streams[stream].Stretches;

    /// <summary>
    /// Takes a record; false where it has come before. A source killed within a transaction may count anew from where it goes on, and give a place
    /// to two records: within one partition, the LSN tells them apart.
    /// </summary>
    internal bool Add(LakeStream stream, long order, Lsn? lsn, int sourceEpoch)
    {
        SourceEpoch = Math.Max(SourceEpoch, sourceEpoch);
        if (!_orders.TryGetValue(stream.Topic, out var orders))
        {
            _orders[stream.Topic] = orders = new OrderSet();
        }

        var seen = _streams.GetValueOrDefault(stream);
        if (!orders.Add(order) && lsn <= seen.Highest)
        {
            return false;
        }

        _streams[stream] = seen with { Highest = seen.Highest is { } highest && !(lsn > highest) ? highest : lsn };
        return true;
    }

    internal void AddStretch(LakeStream stream) => _streams[stream] = _streams[stream] with { Stretches = _streams[stream].Stretches + 1 };

    /// <summary>How many records of a table have come, each counted once.</summary>
    internal long Count(string topic) => _orders.TryGetValue(topic, out var orders) ? orders.Count : 0;
}
