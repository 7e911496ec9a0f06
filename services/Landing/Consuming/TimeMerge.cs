using HospitalStreaming.Core.Domain;
using HospitalStreaming.Kafka.Consuming;

namespace HospitalStreaming.Landing.Consuming;

/// <summary>
/// Merges partitions by their records' times. A consumer that is behind gets one topic far ahead of another; read like that, nearly every child would
/// have to wait in the database for its parent. Times only decide what is convenient: order within a partition, and what may land, never depend on
/// them.
/// </summary>
internal static class TimeMerge
{
    private static readonly Dictionary<string, int> Rank =
        HospitalSchema.EventTables.Select((table, at) => (table.Topic, at)).ToDictionary(entry => entry.Topic!, entry => entry.at, StringComparer.Ordinal);

    /// <summary>Takes a batch.</summary>
    /// <param name="sources">Partitions.</param>
    /// <param name="maxRows">Most records.</param>
    /// <param name="maxBytes">Bytes after which it ends.</param>
    /// <param name="patient">Whether to stop short while a partition's next record is still on its way.</param>
    /// <returns>The records, and whether more could be taken at once.</returns>
    public static (List<LogRecord> Batch, bool More) Collect(IReadOnlyList<LaneSource> sources, int maxRows, int maxBytes, bool patient)
    {
        List<LogRecord> batch = [];
        var queue = new PriorityQueue<LaneSource, (long Time, int Rank)>();
        foreach (var source in sources.Where(source => !source.Held))
        {
            if (patient && source.IsAwaited)
            {
                return (batch, true);
            }

            Enqueue(source);
        }

        var bytes = 0;
        while (batch.Count < maxRows && bytes < maxBytes && queue.TryDequeue(out var source, out _))
        {
            source.TryPeek(out var record);
            source.Take();
            batch.Add(record);
            bytes += record.Bytes;
            if (patient && source.IsAwaited)
            {
                return (batch, true);
            }

            Enqueue(source);
        }

        return (batch, queue.Count > 0);

        void Enqueue(LaneSource source)
        {
            if (source.TryPeek(out var head))
            {
                queue.Enqueue(source, (head.TimestampMs, Rank.GetValueOrDefault(head.Position.Topic)));
            }
        }
    }
}
