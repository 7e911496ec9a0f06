using System.Buffers;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.LakeSink.Lanes;

/// <summary>
/// One partition's records to objects: take, cut, write, commit, in this order. While one object is written and its offset committed the next one
/// fills; it is never written before that is done. The rules of the chain are <see cref="ChainWriter"/>'s; this joins them to lane, lake and clock.
/// </summary>
internal sealed class PartitionWriter : IDisposable
{
    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(5);
    private readonly Lane _lane;
    private readonly LakeStream _stream;
    private readonly BatchPolicy _policy;
    private readonly LakeShape _shape;
    private readonly ObjectWriter _objects;
    private readonly LakeSinkStatus _status;
    private readonly LineMeters _meters;
    private readonly TimeProvider _clock;
    private readonly ChainWriter _chain;
    private readonly ChangeFactsReader _facts = new();
    private readonly ChangeFactsReader _keys = new();
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private readonly CancellationTokenSource _patience;
    private LakeObjectDraft _draft;
    private (LakeObjectDraft Draft, Task<LakePut> Put)? _writing;
    private Task _due = Task.CompletedTask;
    private long _openedAt;
    private long _lastStoredBytes;
    private long _lastTakenAt;

    public PartitionWriter(
        Lane lane, LakeStream stream, long head, BatchPolicy policy, LakeShape shape, ObjectWriter objects, LakeSinkStatus status, LineMeters meters, TimeProvider clock)
    {
        (_lane, _stream, _policy, _shape, _objects, _status, _meters, _clock) = (lane, stream, policy, shape, objects, status, meters, clock);
        _chain = new ChainWriter(head);
        _draft = new LakeObjectDraft(stream, head, shape);
        _patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
    }

    /// <summary>Works until the partition is revoked; what was taken by then is still written if that goes quickly.</summary>
    /// <exception cref="LakeDamageException">Our place in the chain is taken by something that is no object of this log.</exception>
    public async Task RunAsync(CancellationToken revoked)
    {
        using var ending = revoked.Register(() => _patience.CancelAfter(LastFlush));
        try
        {
            await WorkAsync(revoked);
        }
        catch (OperationCanceledException) when (revoked.IsCancellationRequested)
        {
            // Whatever is left unwritten is read again by the next owner.
        }
        catch
        {
            await LeaveAsync();
            throw;
        }

        try
        {
            _patience.CancelAfter(LastFlush);
            await CutAsync();
            await SettleAsync();
        }
        catch (OperationCanceledException) when (_patience.IsCancellationRequested)
        {
            // The lake is slow just now; nothing was committed for it.
        }
    }

    /// <summary>Waits until the object on its way is no longer read from, so that its memory can serve another; its outcome no longer matters.</summary>
    private async Task LeaveAsync()
    {
        if (_writing is { } writing)
        {
            _patience.CancelAfter(LastFlush);
            await ((Task)writing.Put).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _draft.Dispose();
        _writing?.Draft.Dispose();
        _patience.Dispose();
    }

    private async Task WorkAsync(CancellationToken revoked)
    {
        Task<bool>? more = null;
        while (true)
        {
            await TakeQueuedAsync(revoked);
            if (_writing?.Put.IsCompleted == true)
            {
                await SettleAsync();
                continue;
            }

            var remaining = _draft.Rows > 0 ? Remaining() : (TimeSpan?)null;
            if (remaining <= TimeSpan.Zero && _writing is null)
            {
                await CutAsync();
                continue;
            }

            more ??= _lane.WaitAsync(revoked).AsTask();
            await WaitAsync(more, remaining, revoked);
            revoked.ThrowIfCancellationRequested();
            if (more.IsCompleted)
            {
                if (!await more)
                {
                    return;
                }

                more = null;
            }
        }
    }

    /// <summary>Returns when there are records, a write has ended, or the open object may have become due.</summary>
    /// <param name="more">Ends when there are records.</param>
    /// <param name="remaining">
    /// Until the open object is due, as it was looked up once: looked up again it may be -1 ms by now, which a delay takes for "never".
    /// </param>
    /// <param name="revoked">Ends the waiting.</param>
    private async Task WaitAsync(Task more, TimeSpan? remaining, CancellationToken revoked)
    {
        var waits = new List<Task>(3) { more };
        if (_writing is { } writing)
        {
            waits.Add(writing.Put);
        }

        if (remaining > TimeSpan.Zero)
        {
            // A deadline only ever moves away, so one timer at a time will do: it may come early, never late.
            _due = _due.IsCompleted ? Task.Delay(remaining.Value, _clock, revoked) : _due;
            waits.Add(_due);
        }

        await Task.WhenAny(waits);
    }

    private TimeSpan Remaining() => _policy.Remaining(_clock.GetElapsedTime(_openedAt), _clock.GetElapsedTime(_lastTakenAt));

    private async Task TakeQueuedAsync(CancellationToken revoked)
    {
        var received = 0;
        try
        {
            while (_lane.TryTake(out var block))
            {
                using (block)
                {
                    while (block.TryRead(out var record))
                    {
                        revoked.ThrowIfCancellationRequested();
                        received++;
                        await TakeAsync(new LakeRecord(record.Position, record.TimestampMs, record.Key, record.Value, record.Headers));
                        if ((received & 63) == 0 && _draft.Rows > 0 && _writing is null && _policy.Remaining(_clock.GetElapsedTime(_openedAt), TimeSpan.Zero) <= TimeSpan.Zero)
                        {
                            await CutAsync();
                        }
                    }
                }
            }
        }
        finally
        {
            if (received > 0)
            {
                _lastTakenAt = _clock.GetTimestamp();
                _meters.Received(RoleNames.LakeSink, _stream.Topic, received);
            }
        }
    }

    private ValueTask TakeAsync(in LakeRecord record)
    {
        if (!_chain.Wants(record.Position.Offset))
        {
            return default;
        }

        var facts = record.Value is { } value ? _facts.Read(value.Span) : default;
        _line.ResetWrittenCount();
        LakeLineWriter.Write(_line, record, facts, record.Key is { } key && _keys.Read(key.Span).Embeddable, _shape.Lines);
        if (_policy.CutBefore(_draft.Rows, _draft.Bytes, _line.WrittenCount, _draft.ChangesSchema(facts)))
        {
            return CutThenAddAsync(record, facts);
        }

        Add(record, facts);
        return _policy.CutAfter(_draft.Rows, _draft.Bytes) ? new ValueTask(CutAsync()) : default;
    }

    private async ValueTask CutThenAddAsync(LakeRecord record, ChangeFacts facts)
    {
        while (_policy.CutBefore(_draft.Rows, _draft.Bytes, _line.WrittenCount, _draft.ChangesSchema(facts)))
        {
            await CutAsync();
            if (!_chain.Wants(record.Position.Offset))
            {
                // Another writer's object holds it.
                return;
            }
        }

        Add(record, facts);
        if (_policy.CutAfter(_draft.Rows, _draft.Bytes))
        {
            await CutAsync();
        }
    }

    private void Add(in LakeRecord record, ChangeFacts facts)
    {
        if (_draft.Rows == 0)
        {
            _openedAt = _clock.GetTimestamp();
        }

        _chain.Take(record.Position.Offset);
        _draft.Add(record, facts, _line.WrittenSpan);
    }

    /// <summary>Ends the open object and begins to write it, after the one before it is done.</summary>
    private async Task CutAsync()
    {
        await SettleAsync();
        if (_draft.Rows > 0)
        {
            _chain.Cut();
            _writing = (_draft, WriteAsync(_draft));
            _draft = new LakeObjectDraft(_stream, _chain.Next, _shape, _lastStoredBytes);
        }
    }

    /// <summary>Writes an object and, if it is ours, commits its end.</summary>
    private async Task<LakePut> WriteAsync(LakeObjectDraft draft)
    {
        // Packing the rest and hashing are work too: the lane goes on meanwhile.
        await Task.Yield();
        var began = _clock.GetTimestamp();
        var (stored, manifest) = draft.Finish();
        var put = await _objects.WriteAsync(draft.Name, stored, manifest, _patience.Token);
        if (put.Created || put.Existing.Manifest!.Sha256 == manifest.Sha256)
        {
            _status.Wrote(_stream.Topic, manifest);
            _meters.Written(RoleNames.LakeSink, _stream.Topic, manifest.Rows, _clock.GetElapsedTime(began));
            await CommitAsync(manifest.Next);
        }

        return put;
    }

    /// <summary>Waits for the object being written, and learns whose it has become.</summary>
    private async Task SettleAsync()
    {
        if (_writing is not { } writing)
        {
            return;
        }

        var put = await writing.Put;
        using var written = writing.Draft;
        var (stored, manifest) = written.Finish();
        _lastStoredBytes = manifest.StoredBytes;
        _writing = null;
        if (put.Created || put.Existing.Manifest!.Sha256 == manifest.Sha256)
        {
            _chain.Created();
            return;
        }

        var open = _draft;
        _draft = Adopt(put.Existing, stored, manifest, open);
        open.Dispose();
        _openedAt = _clock.GetTimestamp();
        await CommitAsync(_chain.Start);
    }

    private async Task CommitAsync(long next)
    {
        var position = new LogPosition(_stream.Topic, _stream.Partition, next);
        _status.Durable(position);

        // A refused commit means that the partition is no longer ours; the revocation is on its way.
        await _lane.CommitAsync([position]).WaitAsync(_patience.Token);
    }

    /// <summary>Another writer was first at our start. What we took beyond its end, cut or open, begins a new object.</summary>
    private LakeObjectDraft Adopt(LakeObject winner, ReadOnlyMemory<byte> stored, LakeManifest ours, LakeObjectDraft open)
    {
        var theirs = winner.Manifest!;
        if (theirs.Next <= _chain.Start)
        {
            throw new LakeDamageException($"{winner.Name} says that it ends at {theirs.Next}, where it starts");
        }

        if (!_shape.Lines.IsWhole)
        {
            // What we took cannot be read back from such lines: the log is read again from where the winner ends.
            throw new LakeException($"{winner.Name} was written by another sink; going on behind it");
        }

        _chain.Adopt(theirs.Next);
        var rest = new LakeObjectDraft(_stream, _chain.Start, _shape);
        var shared = 0;
        foreach (var record in StoredLines.Records(stored, ours, _shape.Compression))
        {
            shared += TakeAgain(rest, record) ? 0 : 1;
        }

        if (theirs.Next <= ours.Next && shared != theirs.Rows)
        {
            rest.Dispose();
            throw new LakeDamageException($"{winner.Name} holds {theirs.Rows} records up to offset {theirs.Next - 1}, the log has {shared} there: it is not of this log");
        }

        if (open.Rows > 0)
        {
            var (alsoStored, also) = open.Finish();
            foreach (var record in StoredLines.Records(alsoStored, also, _shape.Compression))
            {
                TakeAgain(rest, record);
            }
        }

        return rest;
    }

    private bool TakeAgain(LakeObjectDraft rest, LakeRecord record)
    {
        if (!_chain.Wants(record.Position.Offset))
        {
            return false;
        }

        _chain.Take(record.Position.Offset);
        rest.Add(record);
        return true;
    }
}
