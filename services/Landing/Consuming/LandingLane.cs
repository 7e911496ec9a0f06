using HospitalStreaming.Core.Batching;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Landing.Writing;

namespace HospitalStreaming.Landing.Consuming;

/// <summary>One lane for all partitions, so that parents and children of one moment land in one transaction.</summary>
internal sealed class LandingLane(Lander lander, TopicIds topicIds, LandingOptions options, Action working, TimeProvider clock) : ILaneHandler
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CommitEvery = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string LaneOf(string topic, int partition) => "events";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> StartOffsetsAsync(IReadOnlyList<PartitionStart> partitions, CancellationToken cancellation) =>
        await lander.BeginAsync(partitions, await topicIds.OfAsync(partitions.Select(start => start.Topic), cancellation), cancellation);

    /// <inheritdoc/>
    public async Task RunAsync(Lane lane, CancellationToken revoked)
    {
        var more = new LaneWait(lane, clock);
        var next = new Dictionary<(string Topic, int Partition), LogPosition>();
        var lastCommit = clock.GetTimestamp();
        try
        {
            while (!more.Ended)
            {
                await more.WaitAsync(Idle, revoked);

                // An empty batch looks after the events that wait, and shows whether the database is there.
                foreach (var position in await lander.LandAsync(await CollectAsync(lane, more, revoked), revoked))
                {
                    next[(position.Topic, position.Partition)] = position;
                }

                working();
                if (next.Count > 0 && clock.GetElapsedTime(lastCommit) > CommitEvery)
                {
                    Tell(lane, next);
                    lastCommit = clock.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException) when (revoked.IsCancellationRequested)
        {
            // Revoked: the transaction in hand was rolled back, and whoever reads on begins at the books.
        }

        Tell(lane, next);
    }

    /// <summary>
    /// The group's offsets are for people and tools only (lag in rpk); where reading starts is in the database. So nobody waits for them, and a
    /// failure costs nothing.
    /// </summary>
    private static void Tell(Lane lane, Dictionary<(string Topic, int Partition), LogPosition> next)
    {
        if (next.Count > 0)
        {
            _ = lane.CommitAsync([.. next.Values]);
            next.Clear();
        }
    }

    private async Task<List<LogRecord>> CollectAsync(Lane lane, LaneWait more, CancellationToken revoked)
    {
        List<LogRecord> batch = [];
        var bytes = 0;
        var began = clock.GetTimestamp();
        while (batch.Count < options.MaxRows && bytes < options.MaxBytes)
        {
            if (lane.TryRead(out var record))
            {
                batch.Add(record);
                bytes += record.Bytes;
            }
            else if (batch.Count == 0 || options.MaxAge - clock.GetElapsedTime(began) is var left && (left <= TimeSpan.Zero || !await more.WaitAsync(left, revoked)))
            {
                break;
            }
        }

        return batch;
    }
}
