using System.Threading.Channels;
using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.Kafka.Consuming;

/// <summary>One lane of an assignment: a bounded queue of records from one or more partitions, in each partition's order.</summary>
public sealed class Lane
{
    private readonly Channel<LogRecord> _queue = Channel.CreateUnbounded<LogRecord>(new() { SingleReader = true, SingleWriter = true });
    private readonly ConsumeLoop _loop;
    private long _queuedBytes;

    internal Lane(string name, ConsumeLoop loop, CancellationToken stopping)
    {
        Name = name;
        _loop = loop;
        Revoked = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    }

    /// <summary>Name the handler gave it.</summary>
    public string Name { get; }

    /// <summary>Its partitions (topic, partition, and the offset reading began at).</summary>
    public IReadOnlyList<LogPosition> Partitions => Starts;

    internal List<LogPosition> Starts { get; } = [];

    internal CancellationTokenSource Revoked { get; }

    internal Task Running { get; set; } = Task.CompletedTask;

    internal bool Paused { get; set; }

    /// <summary>Bytes waiting in the queue; the loop pauses the partitions above its limit.</summary>
    public long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    /// <summary>The next record if one is there.</summary>
    public bool TryRead(out LogRecord record)
    {
        if (!_queue.Reader.TryRead(out record!))
        {
            return false;
        }

        Interlocked.Add(ref _queuedBytes, -record.Bytes);
        return true;
    }

    /// <summary>Waits for a record; false when the lane has ended.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _queue.Reader.WaitToReadAsync(cancellation);

    /// <summary>
    /// Commits offsets (the next to read) on the poll thread, synchronously with the broker; completes when the broker has them. Skipped, with
    /// false, where the partition is no longer ours: a replay, never a loss.
    /// </summary>
    public Task<bool> CommitAsync(IReadOnlyList<LogPosition> next) => _loop.EnqueueCommit(this, next);

    /// <summary>Moves reading of a partition forward; records before the offset may still be queued and are the reader's to skip.</summary>
    public void Seek(LogPosition to) => _loop.EnqueueSeek(this, to);

    internal void Push(LogRecord record)
    {
        Interlocked.Add(ref _queuedBytes, record.Bytes);
        _queue.Writer.TryWrite(record);
    }

    internal void Complete() => _queue.Writer.TryComplete();
}
