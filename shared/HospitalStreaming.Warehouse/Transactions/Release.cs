using HospitalStreaming.Core.Merging;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.Letters;
using HospitalStreaming.Warehouse.Loading;

namespace HospitalStreaming.Warehouse.Transactions;

/// <summary>What one load lets into current: of each partition all that need not wait for its transaction any more. A pure function of its parts.</summary>
internal sealed class Release
{
    private readonly Dictionary<LakeStream, long> _ends;

    private Release(IReadOnlyList<LoadPosition> positions, IReadOnlyList<AppliedRange> ranges, IReadOnlyList<LoadPosition> moved)
    {
        (Positions, Ranges, Moved) = (positions, ranges, moved);
        _ends = positions.Where(position => position.Applied < position.Next).ToDictionary(position => position.Stream, position => position.Applied);
    }

    /// <summary>Every partition as it stands after the load.</summary>
    internal IReadOnlyList<LoadPosition> Positions { get; }

    /// <summary>Partitions of which current gets more.</summary>
    internal IReadOnlyList<AppliedRange> Ranges { get; }

    /// <summary>Those of <see cref="Positions"/> up to which current had not come, or had come further.</summary>
    internal IReadOnlyList<LoadPosition> Moved { get; }

    /// <param name="positions">Partitions with what the load brings; applied as before it.</param>
    /// <param name="objects">What the load brings.</param>
    /// <param name="firstWaiting">The first record of a partition that must wait; null where none does.</param>
    internal static Release Of(IReadOnlyList<LoadPosition> positions, IReadOnlyList<LakeObject> objects, Func<LakeStream, long?> firstWaiting)
    {
        var starts = objects.GroupBy(item => item.Name.Stream).ToDictionary(chain => chain.Key, chain => chain.Min(item => item.Name.StartOffset));
        var (after, ranges, moved) = (new List<LoadPosition>(), new List<AppliedRange>(), new List<LoadPosition>());
        foreach (var position in positions)
        {
            var from = position.Applied == position.Next && starts.TryGetValue(position.Stream, out var start) ? start : position.Applied;
            var now = position with { Applied = firstWaiting(position.Stream) ?? position.Next };
            after.Add(now);
            if (now.Applied != position.Applied)
            {
                moved.Add(now);
            }

            if (from < now.Applied)
            {
                ranges.Add(new AppliedRange(position.Stream, from, now.Applied, starts.GetValueOrDefault(position.Stream, long.MaxValue)));
            }
        }

        return new Release(after, ranges, moved);
    }

    /// <summary>The partitions as they stand: nothing is let go.</summary>
    internal static Release None(IReadOnlyList<LoadPosition> positions) => new(positions, [], []);

    /// <summary>What may be applied of a partition ends here; the highest value where nothing of it waits.</summary>
    internal long EndOf(LakeStream stream) => _ends.GetValueOrDefault(stream, long.MaxValue);

    /// <summary>Whether current must not have a record yet.</summary>
    internal bool Waits(LetterPlace place) => EndOf(place.Stream) <= place.Offset;

    /// <summary>The ranges of one change topic.</summary>
    internal IReadOnlyList<AppliedRange> RangesOf(string topic) => [.. Ranges.Where(range => range.Stream.Topic == topic)];

    /// <summary>
    /// The source epoch below which a table's rows are to be swept by this load: a newer full snapshot has shown all there is, once all its rows are
    /// applied, and what it did not show is gone. Null where this load brings no such end.
    /// </summary>
    internal int? SweepBelow(string topic, SourceEpochs epochs)
    {
        var after = Applied(topic);
        var before = new Dictionary<int, long>(after);
        foreach (var range in RangesOf(topic))
        {
            before[range.Stream.Partition] = Math.Min(before[range.Stream.Partition], range.From);
        }

        var epoch = epochs.SweepBelow(topic, partition => after.GetValueOrDefault(partition));
        return epoch > epochs.SweepBelow(topic, partition => before.GetValueOrDefault(partition)) ? epoch : null;
    }

    /// <summary>The source epoch below which a table's rows were swept by now; null where nothing ever was. A row made anew may be of an older one.</summary>
    internal int? SweptBelow(string topic, SourceEpochs epochs)
    {
        var applied = Applied(topic);
        var epoch = epochs.SweepBelow(topic, partition => applied.GetValueOrDefault(partition));
        return epoch > SourceEpochs.First ? epoch : null;
    }

    private Dictionary<int, long> Applied(string topic) => Positions.Where(position => position.Stream.Topic == topic)
        .GroupBy(position => position.Stream.Partition).ToDictionary(partition => partition.Key, partition => partition.Max(position => position.Applied));
}
