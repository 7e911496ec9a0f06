using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using HospitalStreaming.Core.Batching;

namespace HospitalStreaming.Kafka.Consuming;

/// <summary>One lane of an assignment: a bounded queue of records from one or more partitions, in each partition's order.</summary>
public sealed class Lane
{
    private readonly Channel<RecordBlock> _queue = Channel.CreateUnbounded<RecordBlock>(new() { SingleReader = true, SingleWriter = true });
    private readonly ConsumeLoop _loop;
    private RecordBlock? _filling;
    private RecordBlock? _reading;
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

    /// <summary>A copy of the next record if one is there. A lane is read by records or by blocks, not by both.</summary>
    public bool TryRead(out LogRecord record)
    {
        while (_reading is not null || _queue.Reader.TryRead(out _reading))
        {
            if (_reading.TryRead(out var next))
            {
                record = next.Copy();
                Interlocked.Add(ref _queuedBytes, -record.Bytes);
                return true;
            }

            _reading.Dispose();
            _reading = null;
        }

        record = null!;
        return false;
    }

    /// <summary>The next records if some are there, to be disposed of when they are worked.</summary>
    public bool TryTake([NotNullWhen(true)] out RecordBlock? block)
    {
        if (!_queue.Reader.TryRead(out block))
        {
            return false;
        }

        Interlocked.Add(ref _queuedBytes, -block.Weight);
        return true;
    }

    /// <summary>Waits for a record; false when the lane has ended.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) =>
        _reading is { Count: > 0 } ? ValueTask.FromResult(true) : _queue.Reader.WaitToReadAsync(cancellation);

    /// <summary>
    /// Commits offsets (the next to read) on the poll thread, synchronously with the broker; completes when the broker has them. Skipped, with
    /// false, where the partition is no longer ours: a replay, never a loss.
    /// </summary>
    public Task<bool> CommitAsync(IReadOnlyList<LogPosition> next) => _loop.EnqueueCommit(this, next);

    /// <summary>Moves reading of a partition forward; records before the offset may still be queued and are the reader's to skip.</summary>
    public void Seek(LogPosition to) => _loop.EnqueueSeek(this, to);

    /// <summary>Takes a record into the block that fills.</summary>
    internal void Append(string topic, int partition, in IncomingRecord record)
    {
        if (_filling is null || _filling.Partition != partition || _filling.Topic != topic || !_filling.TryAppend(record))
        {
            Flush();
            _filling = RecordBlock.Of(topic, partition, record);
        }
    }

    /// <summary>Hands over the block that fills.</summary>
    internal void Flush()
    {
        if (_filling is { } filled)
        {
            _filling = null;
            Interlocked.Add(ref _queuedBytes, filled.Weight);
            _queue.Writer.TryWrite(filled.Fitted());
        }
    }

    internal void Complete() => _queue.Writer.TryComplete();
}
