using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Storage;

/// <summary>
/// Removes old segments: by each topic's time and size, then, where all topics together exceed the disk budget, the oldest closed segments of
/// topics that are not kept for ever. A partition's newest segment always stays, unless all of it is over its time.
/// </summary>
internal sealed class Retention(TopicCatalog catalog, StorageEnvironment environment, BrokerOptions options)
{
    /// <summary>Kafka's producer.id.expiration.ms.</summary>
    private static readonly TimeSpan ProducerExpiration = TimeSpan.FromDays(1);

    public void Run()
    {
        var nowMs = environment.NowMs;
        foreach (var partition in catalog.Partitions)
        {
            try
            {
                partition.ExpireProducers(nowMs - (long)ProducerExpiration.TotalMilliseconds);
                ByTime(partition, nowMs);
                BySize(partition);
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                environment.Logger.LogWarning("{Partition}: old segments could not be removed: {Error}", partition.Name, error.Message);
            }
        }
        ByBudget();
    }

    private static bool IsOver(PartitionLog partition, Segment segment, long nowMs) =>
        partition.Config.Retention is { } kept && segment.MaxTimestampMs >= 0 && segment.MaxTimestampMs < nowMs - kept.TotalMilliseconds;

    private void ByTime(PartitionLog partition, long nowMs)
    {
        while (IsOver(partition, partition.Segments[0], nowMs))
        {
            if (partition.Segments.Count == 1)
            {
                partition.Roll();
            }
            if (!Remove(partition, partition.Segments[0], LogLevel.Information, "over its time"))
            {
                return;
            }
        }
    }

    private void BySize(PartitionLog partition)
    {
        while (partition.Config.RetentionBytes is { } kept
            && partition.Segments.Count > 1
            && partition.Bytes - partition.Segments[0].Length >= kept
            && Remove(partition, partition.Segments[0], LogLevel.Information, "over the partition's size"))
        {
        }
    }

    private void ByBudget()
    {
        if (options.DiskBudgetBytes is not { } budget)
        {
            return;
        }
        for (var bytes = catalog.Partitions.Sum(p => p.Bytes); bytes > budget;)
        {
            var oldest = catalog.Partitions
                .Where(p => p.Config.Retention is not null)
                .Select(p => (Partition: p, p.Segments))
                .Where(p => p.Segments.Count > 1)
                .Select(p => (p.Partition, Segment: p.Segments[0]))
                .OrderBy(p => p.Segment.MaxTimestampMs)
                .FirstOrDefault();
            if (oldest.Segment is null)
            {
                environment.Logger.LogWarning("{Bytes} bytes of records exceed the budget of {Budget}, and nothing more may be removed", bytes, budget);
                return;
            }
            bytes -= oldest.Segment.Length;
            try
            {
                Remove(oldest.Partition, oldest.Segment, LogLevel.Warning, "the disk budget is used up");
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                environment.Logger.LogWarning("{Partition}: old segments could not be removed: {Error}", oldest.Partition.Name, error.Message);
            }
        }
    }

    private bool Remove(PartitionLog partition, Segment segment, LogLevel level, string reason)
    {
        var (from, to) = (segment.BaseOffset, segment.NextOffset);
        var removed = partition.DeleteOldest(segment);
        if (removed)
        {
            environment.Logger.Log(level, "{Partition}: removed offsets {From} to {To}: {Reason}", partition.Name, from, to, reason);
        }
        return removed;
    }
}
