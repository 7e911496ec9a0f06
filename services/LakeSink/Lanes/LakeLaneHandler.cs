using System.Collections.Concurrent;
using System.Globalization;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.LakeSink.Settings;
using HospitalStreaming.LakeSink.Topics;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.LakeSink.Lanes;

/// <summary>Gives each assigned partition its place in its chain and a writer of its own. A broken chain stops its partition, not the others.</summary>
internal sealed partial class LakeLaneHandler(
    ILake lake,
    TopicLives topics,
    ObjectWriter objects,
    LakeSinkSettings settings,
    LakeSinkStatus status,
    LineMeters meters,
    TimeProvider clock,
    ILogger<LakeLaneHandler> logger) : ILaneHandler
{
    private readonly ConcurrentDictionary<(string Topic, int Partition), PartitionLife> _lives = new();

    /// <summary>Epochs of the topics held now.</summary>
    public IReadOnlyDictionary<string, StreamEpoch> Epochs { get; private set; } = new Dictionary<string, StreamEpoch>();

    /// <inheritdoc/>
    public string LaneOf(string topic, int partition) => string.Create(CultureInfo.InvariantCulture, $"{topic}-{partition}");

    /// <inheritdoc/>
    public async Task<IReadOnlyList<long>> StartOffsetsAsync(IReadOnlyList<PartitionStart> partitions, CancellationToken cancellation)
    {
        Epochs = await topics.EnsureAsync([.. partitions.Select(partition => partition.Topic).Distinct()], cancellation);
        var offsets = new long[partitions.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, partitions.Count),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation },
            async (i, token) => offsets[i] = await StartAsync(partitions[i], token));
        return offsets;
    }

    /// <inheritdoc/>
    public async Task RunAsync(Lane lane, CancellationToken revoked)
    {
        var at = lane.Partitions[0];
        var life = _lives[(at.Topic, at.Partition)];
        if (life.Head is { } head)
        {
            try
            {
                using var writer = new PartitionWriter(lane, life.Stream, head, settings.Policy, lake.Shape, objects, status, meters, clock);
                await writer.RunAsync(revoked);
                return;
            }
            catch (LakeDamageException failure)
            {
                Stop(life.Stream, failure.Message);
            }
        }

        await DiscardAsync(lane, revoked);
    }

    /// <summary>A stopped partition commits nothing; its records stay in the log for when it is mended.</summary>
    private static async Task DiscardAsync(Lane lane, CancellationToken revoked)
    {
        try
        {
            while (await lane.WaitAsync(revoked))
            {
                while (lane.TryTake(out var block))
                {
                    block.Dispose();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Revoked.
        }
    }

    private async Task<long> StartAsync(PartitionStart partition, CancellationToken cancellation)
    {
        var stream = new LakeStream(partition.Topic, Epochs[partition.Topic].Epoch, partition.Partition);
        PartitionLife life;
        try
        {
            var spans = ChainWindow.SpansOf(await ChainWindow.ReadAsync(lake, stream, partition.Committed, cancellation));
            var start = ChainStart.Decide(spans, partition.Committed, partition.Low, partition.High);
            life = new PartitionLife(stream, start.Offset, start.Reason);
        }
        catch (LakeDamageException failure)
        {
            life = new PartitionLife(stream, null, failure.Message);
        }

        _lives[(partition.Topic, partition.Partition)] = life;
        if (life.Head is { } head)
        {
            status.Start(partition.Topic, partition.Partition);
            status.Durable(new LogPosition(partition.Topic, partition.Partition, head));
            LogStart(stream.ToString(), head);
            return head;
        }

        Stop(stream, life.Reason!);
        return partition.High;
    }

    private void Stop(LakeStream stream, string reason)
    {
        status.Stop(stream.Topic, stream.Partition, reason);
        LogStop(stream.ToString(), reason);
    }

    [LoggerMessage(4010, LogLevel.Information, "{Stream} goes on at offset {Offset}")]
    private partial void LogStart(string stream, long offset);

    [LoggerMessage(4011, LogLevel.Error, "{Stream} is stopped: {Reason}")]
    private partial void LogStop(string stream, string reason);
}
