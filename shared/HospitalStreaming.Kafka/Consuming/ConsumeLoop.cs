using System.Collections.Concurrent;
using Confluent.Kafka;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Kafka.Clients;

namespace HospitalStreaming.Kafka.Consuming;

/// <summary>
/// One consumer of a group on one dedicated thread (Consume blocks, and only this thread calls the client). Records go down bounded lanes; a
/// full lane pauses its partitions while polling goes on; commits and seeks are carried out on this thread; revoked lanes are given time to
/// finish and may still commit, lost ones may not.
/// </summary>
public sealed class ConsumeLoop(KafkaClients clients, string role, string group, IReadOnlyList<string> topics, ILaneHandler handler)
{
    private static readonly TimeSpan BrokerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PausePatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RevokePatience = TimeSpan.FromSeconds(15);
    private readonly ConcurrentQueue<Action<IConsumer<byte[]?, byte[]?>>> _commands = new();
    private readonly Dictionary<TopicPartition, Lane> _lanes = [];
    private RecordFeed _feed = null!;
    private CancellationToken _stopping;

    /// <summary>Bytes a lane may queue before its partitions pause. Default 16 MiB.</summary>
    public int LaneBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Called on every turn, at least twice a second: the role's sign of life. The argument is the number of partitions held.</summary>
    public Action<int> OnTurn { get; init; } = static _ => { };

    /// <summary>Consumes until stopped. Throws what a lane or the client threw, after the lanes have ended; the role decides on a new try.</summary>
    public Task RunAsync(CancellationToken stopping)
    {
        _stopping = stopping;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                Run();
                done.SetResult();
            }
            catch (OperationCanceledException)
            {
                done.SetResult();
            }
            catch (Exception failure)
            {
                // The thread's end is the task's end: whoever awaits it gets the failure.
                done.SetException(failure);
            }
        })
        { IsBackground = true, Name = "consume-" + role }.Start();
        return done.Task;
    }

    internal Task<bool> EnqueueCommit(Lane lane, IReadOnlyList<LogPosition> next)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _commands.Enqueue(consumer =>
        {
            var ours = next.Where(position => Holds(lane, position)).Select(ToOffset).ToList();
            try
            {
                if (ours.Count > 0)
                {
                    consumer.Commit(ours);
                }

                done.SetResult(ours.Count == next.Count);
            }
            catch (KafkaException)
            {
                // A failed commit costs a replay, never data: the role goes on and commits more later.
                done.SetResult(false);
            }
        });
        return done.Task;
    }

    internal void EnqueueSeek(Lane lane, LogPosition to) => _commands.Enqueue(consumer =>
    {
        if (Holds(lane, to))
        {
            consumer.Seek(ToOffset(to));
        }
    });

    private static TopicPartitionOffset ToOffset(LogPosition position) => new(position.Topic, position.Partition, position.Offset);

    private bool Holds(Lane lane, LogPosition position) =>
        _lanes.TryGetValue(new TopicPartition(position.Topic, position.Partition), out var holder) && ReferenceEquals(holder, lane);

    private void Run()
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(clients.ConsumerConfig(role, group))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .SetPartitionsAssignedHandler((client, partitions) => Assign(client, partitions))
            .SetPartitionsRevokedHandler((client, partitions) => Release(client, partitions.Select(p => p.TopicPartition)))
            .SetPartitionsLostHandler((_, partitions) => Release(null, partitions.Select(p => p.TopicPartition)))
            .Build();
        using var feed = new RecordFeed(consumer, _lanes);
        _feed = feed;
        consumer.Subscribe(topics);
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                Turn(consumer);
            }
        }
        finally
        {
            // Close revokes what is held (the handler lets lanes finish) and leaves the group.
            Release(consumer, [.. _lanes.Keys]);
            consumer.Close();
        }
    }

    private void Turn(IConsumer<byte[]?, byte[]?> consumer)
    {
        // A short wait while lanes work keeps their commits quick; the first record ends it at once. What a turn takes is bounded, so that a
        // lane is paused soon after it is full.
        _feed.Take(TimeSpan.FromMilliseconds(20), LaneBytes / 4);
        RunCommands(consumer);
        Balance(consumer);
        OnTurn(_lanes.Count);
        foreach (var lane in _lanes.Values)
        {
            if (lane.Running.IsFaulted)
            {
                lane.Running.GetAwaiter().GetResult();
            }
        }
    }

    private void RunCommands(IConsumer<byte[]?, byte[]?> consumer)
    {
        while (_commands.TryDequeue(out var command))
        {
            command(consumer);
        }
    }

    private void Balance(IConsumer<byte[]?, byte[]?> consumer)
    {
        foreach (var group in _lanes.GroupBy(entry => entry.Value))
        {
            var lane = group.Key;
            if (!lane.Paused && lane.QueuedBytes > LaneBytes && !Drains(consumer, lane))
            {
                consumer.Pause(group.Select(entry => entry.Key));
                lane.Paused = true;
            }
            else if (lane.Paused && lane.QueuedBytes < LaneBytes / 2)
            {
                consumer.Resume(group.Select(entry => entry.Key));
                lane.Paused = false;
            }
        }
    }

    /// <summary>Pausing drops what the client has fetched ahead, so a lane that is only just behind is waited for; commits go on meanwhile.</summary>
    private bool Drains(IConsumer<byte[]?, byte[]?> consumer, Lane lane)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (lane.QueuedBytes > LaneBytes / 2 && patience.Elapsed < PausePatience && !_stopping.WaitHandle.WaitOne(1))
        {
            RunCommands(consumer);
        }

        return lane.QueuedBytes <= LaneBytes;
    }

    private List<TopicPartitionOffset> Assign(IConsumer<byte[]?, byte[]?> consumer, IReadOnlyList<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
        {
            return [];
        }

        var committed = consumer.Committed(partitions, BrokerTimeout);
        var starts = partitions.Select((partition, i) =>
        {
            var range = consumer.QueryWatermarkOffsets(partition, BrokerTimeout);
            return new PartitionStart(partition.Topic, partition.Partition.Value, committed[i].Offset.IsSpecial ? null : committed[i].Offset.Value, range.Low.Value, range.High.Value);
        }).ToList();
        var offsets = handler.StartOffsetsAsync(starts, _stopping).GetAwaiter().GetResult();
        _feed.Assigned();
        var result = starts.Select((start, i) => new TopicPartitionOffset(start.Topic, start.Partition, offsets[i])).ToList();
        foreach (var group in result.GroupBy(start => handler.LaneOf(start.Topic, start.Partition.Value)))
        {
            var lane = new Lane(group.Key, this, _stopping);
            foreach (var start in group)
            {
                lane.Starts.Add(new LogPosition(start.Topic, start.Partition.Value, start.Offset.Value));
                _lanes[start.TopicPartition] = lane;
            }

            lane.Running = Task.Run(() => handler.RunAsync(lane, lane.Revoked.Token), CancellationToken.None);
        }

        return result;
    }

    private void Release(IConsumer<byte[]?, byte[]?>? owner, IEnumerable<TopicPartition> partitions)
    {
        _feed.Flush();
        var lanes = partitions.Where(_lanes.ContainsKey).Select(partition => _lanes[partition]).Distinct().ToList();
        foreach (var lane in lanes)
        {
            lane.Complete();
            lane.Revoked.Cancel();
        }

        // Lanes may commit what they finished while we still own the partitions: their commands run here.
        var waiting = Task.WhenAll(lanes.Select(lane => lane.Running));
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!waiting.IsCompleted && patience.Elapsed < RevokePatience)
        {
            if (owner is not null)
            {
                RunCommands(owner);
            }

            ((IAsyncResult)waiting).AsyncWaitHandle.WaitOne(TimeSpan.FromMilliseconds(5));
        }

        if (owner is not null)
        {
            RunCommands(owner);
        }

        foreach (var lane in lanes)
        {
            foreach (var partition in _lanes.Where(entry => ReferenceEquals(entry.Value, lane)).Select(entry => entry.Key).ToList())
            {
                _lanes.Remove(partition);
            }
        }

        // Commands left over belong to lanes no longer held; they see that and do nothing.
        while (owner is null && _commands.TryDequeue(out var command))
        {
            command(null!);
        }
    }
}
