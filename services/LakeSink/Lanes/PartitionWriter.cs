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
/// One partition's records to objects: take, cut, write, commit, in this order and never the next object before the last one's offset was
/// committed or refused. The rules of the chain are <see cref="ChainWriter"/>'s; this joins them to lane, lake and clock.
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
    private readonly ArrayBufferWriter<byte> _line = new(1024);
    private LakeObjectDraft _draft;
    private long _openedAt;
    private long _lastTakenAt;

    public PartitionWriter(
        Lane lane, LakeStream stream, long head, BatchPolicy policy, LakeShape shape, ObjectWriter objects, LakeSinkStatus status, LineMeters meters, TimeProvider clock)
    {
        (_lane, _stream, _policy, _shape, _objects, _status, _meters, _clock) = (lane, stream, policy, shape, objects, status, meters, clock);
        _chain = new ChainWriter(head);
        _draft = new LakeObjectDraft(stream, head, shape);
    }

    /// <summary>Works until the partition is revoked; what was taken by then is still written if that goes quickly.</summary>
    /// <exception cref="LakeDamageException">Our place in the chain is taken by something that is no object of this log.</exception>
    public async Task RunAsync(CancellationToken revoked)
    {
        try
        {
            await WorkAsync(revoked);
        }
        catch (OperationCanceledException) when (revoked.IsCancellationRequested)
        {
            // Whatever is left unwritten is read again by the next owner.
        }

        using var patience = new CancellationTokenSource(LastFlush, _clock);
        try
        {
            await FlushAsync(patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The lake is slow just now; nothing was committed for it.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _draft.Dispose();

    private async Task WorkAsync(CancellationToken revoked)
    {
        Task<bool>? more = null;
        while (true)
        {
            await TakeQueuedAsync(revoked);
            if (_draft.Rows == 0)
            {
                more ??= _lane.WaitAsync(revoked).AsTask();
                if (!await more)
                {
                    return;
                }

                more = null;
                continue;
            }

            var remaining = _policy.Remaining(_clock.GetElapsedTime(_openedAt), _clock.GetElapsedTime(_lastTakenAt));
            if (remaining <= TimeSpan.Zero)
            {
                await FlushAsync(revoked);
                continue;
            }

            more ??= _lane.WaitAsync(revoked).AsTask();
            await Task.WhenAny(more, Task.Delay(remaining, _clock, revoked));
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

    private async Task TakeQueuedAsync(CancellationToken revoked)
    {
        var received = 0;
        try
        {
            while (_lane.TryRead(out var record))
            {
                received++;
                await TakeAsync(new LakeRecord(record.Position, record.TimestampMs, Bytes(record.Key), Bytes(record.Value), record.Headers), revoked);
                if (_draft.Rows > 0 && _policy.Remaining(_clock.GetElapsedTime(_openedAt), TimeSpan.Zero) <= TimeSpan.Zero)
                {
                    await FlushAsync(revoked);
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

    /// <summary>No bytes stay no bytes: a plain conversion would make them an empty value.</summary>
    private static ReadOnlyMemory<byte>? Bytes(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;

    private async Task TakeAsync(LakeRecord record, CancellationToken revoked)
    {
        var offset = record.Position.Offset;
        if (!_chain.Wants(offset))
        {
            return;
        }

        var facts = record.Value is { } value ? ChangeFactsReader.Read(value.Span) : default;
        _line.ResetWrittenCount();
        LakeLineWriter.Write(_line, record, facts, _shape.Lines);
        while (_policy.CutBefore(_draft.Rows, _draft.Bytes, _line.WrittenCount, _draft.ChangesSchema(facts)))
        {
            await FlushAsync(revoked);
            if (!_chain.Wants(offset))
            {
                // Another writer's object holds it.
                return;
            }
        }

        if (_draft.Rows == 0)
        {
            _openedAt = _clock.GetTimestamp();
        }

        _chain.Take(offset);
        _draft.Add(record, facts, _line.WrittenSpan);
        if (_policy.CutAfter(_draft.Rows, _draft.Bytes))
        {
            await FlushAsync(revoked);
        }
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (_draft.Rows == 0)
        {
            return;
        }

        var began = _clock.GetTimestamp();
        var (stored, manifest) = _draft.Finish();
        var put = await _objects.WriteAsync(_draft.Name, stored, manifest, cancellation);
        using var written = _draft;
        if (put.Created || put.Existing.Manifest!.Sha256 == manifest.Sha256)
        {
            _chain.Created();
            _draft = new LakeObjectDraft(_stream, _chain.Start, _shape);
            _status.Wrote(_stream.Topic, manifest);
            _meters.Written(RoleNames.LakeSink, _stream.Topic, manifest.Rows, _clock.GetElapsedTime(began));
        }
        else
        {
            _draft = Adopt(put.Existing, stored, manifest);
            _openedAt = _clock.GetTimestamp();
        }

        var next = new LogPosition(_stream.Topic, _stream.Partition, _chain.Start);
        _status.Durable(next);

        // A refused commit means that the partition is no longer ours; the revocation is on its way.
        await _lane.CommitAsync([next]).WaitAsync(cancellation);
    }

    /// <summary>Another writer was first at our start. What we took beyond its end begins a new object.</summary>
    private LakeObjectDraft Adopt(LakeObject winner, ReadOnlyMemory<byte> stored, LakeManifest ours)
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
            if (_chain.Wants(record.Position.Offset))
            {
                _chain.Take(record.Position.Offset);
                rest.Add(record);
            }
            else
            {
                shared++;
            }
        }

        if (theirs.Next <= ours.Next && shared != theirs.Rows)
        {
            rest.Dispose();
            throw new LakeDamageException($"{winner.Name} holds {theirs.Rows} records up to offset {theirs.Next - 1}, the log has {shared} there: it is not of this log");
        }

        return rest;
    }
}
