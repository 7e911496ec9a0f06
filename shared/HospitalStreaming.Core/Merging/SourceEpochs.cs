using System.Collections.Immutable;

namespace HospitalStreaming.Core.Merging;

/// <summary>The source epochs of the log, by its recorded boundaries. An epoch is a place in the log, never a time.</summary>
/// <param name="boundaries">Every boundary of every partition.</param>
public sealed class SourceEpochs(IEnumerable<EpochBoundary> boundaries)
{
    /// <summary>The epoch every log begins with.</summary>
    public const int First = 1;

    private readonly ImmutableDictionary<(string Topic, int Partition), ImmutableArray<EpochBoundary>> _byPartition = boundaries
        .GroupBy(boundary => (boundary.Start.Topic, boundary.Start.Partition))
        .ToImmutableDictionary(group => group.Key, group => group.OrderBy(boundary => boundary.Start.Offset).ToImmutableArray());

    /// <summary>No boundary: everything is of the first epoch.</summary>
    public static SourceEpochs None { get; } = new([]);

    /// <summary>The epoch of a record's place.</summary>
    public int Of(string topic, int partition, long offset)
    {
        var epoch = First;
        if (_byPartition.TryGetValue((topic, partition), out var starts))
        {
            foreach (var start in starts)
            {
                if (start.Start.Offset > offset)
                {
                    break;
                }

                epoch = start.Epoch;
            }
        }

        return epoch;
    }

    /// <summary>
    /// The epoch to sweep a topic's table up to, once reading has come to these next offsets: the newest epoch whose snapshot rows are all
    /// read, in every partition that has a boundary of it. <see cref="First"/> where there is nothing to sweep.
    /// </summary>
    /// <param name="topic">Change topic.</param>
    /// <param name="nextOffset">Next offset to read, by partition; 0 for a partition never read.</param>
    public int SweepBelow(string topic, Func<int, long> nextOffset) => _byPartition
        .Where(entry => entry.Key.Topic == topic)
        .SelectMany(entry => entry.Value)
        .GroupBy(boundary => boundary.Epoch)
        .Where(epoch => epoch.All(boundary => nextOffset(boundary.Start.Partition) >= boundary.SnapshotEnd))
        .Select(epoch => epoch.Key)
        .DefaultIfEmpty(First)
        .Max();
}
