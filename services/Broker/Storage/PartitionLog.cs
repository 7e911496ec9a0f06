using HospitalStreaming.Broker.Protocol;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Storage;

/// <summary>
/// One partition: its segments, oldest first, the last one written to. One writer at a time; readers take no lock and see only what is below
/// the high watermark (with <see cref="FlushPolicy.Each"/>: what is synced).
/// </summary>
internal sealed class PartitionLog : IDisposable
{
    private readonly StorageEnvironment _environment;
    private readonly string _folder;
    private readonly Lock _appending = new();
    private readonly Lock _syncing = new();
    private readonly ProducerTable _producers = new();
    private volatile Segment[] _segments;
    private volatile LogEnd _highWatermark;
    private LogEnd _end;
    private bool _mustReload;
    private bool _closed;
    private bool _failing;
    private bool _namesAreSynced;
    private long _syncedOffset = -1;

    public PartitionLog(StorageEnvironment environment, string folder, string name, TopicConfig config)
    {
        (_environment, _folder, Name, Config) = (environment, folder, name, config);
        environment.Files.CreateFolder(folder);
        (_segments, _end) = Load();
        _highWatermark = _end;
    }

    /// <summary>For logs: topic-partition.</summary>
    public string Name { get; }
    public TopicConfig Config { get; set; }

    /// <summary>Wakes fetches at each append.</summary>
    public AppendSignal Grown { get; } = new();
    public long LogStartOffset => _segments[0].BaseOffset;
    public long HighWatermark => _highWatermark.Offset;
    public IReadOnlyList<Segment> Segments => _segments;
    public long Bytes => _segments.Sum(s => s.Length);

    /// <summary>Stores one checked batch. The bytes are given their offset in place.</summary>
    public AppendResult Append(Span<byte> batch, BatchHeader header)
    {
        LogEnd end;
        AppendResult result;
        lock (_appending)
        {
            if (_closed)
            {
                return AppendResult.Refused(ErrorCode.UnknownTopicOrPartition, null);
            }
            try
            {
                ReloadAfterFailedSync();
                result = AppendLocked(batch, header);
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                return StorageFailure(error);
            }
            end = _end;
        }
        if (result.Error == ErrorCode.None && _environment.Flush == FlushPolicy.Each)
        {
            try
            {
                Sync(end);
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                return StorageFailure(error);
            }
        }
        return result;
    }

    /// <summary>What a fetch from this offset may return: at most so many bytes of whole batches, but at least one batch if asked.</summary>
    public ReadPlan PlanRead(long offset, int maxBytes, bool atLeastOne)
    {
        var end = _highWatermark;
        var segments = _segments;
        var nothing = new ReadPlan(ErrorCode.None, end.Offset, segments[0].BaseOffset, null, 0, 0, offset);
        if (offset > end.Offset || offset < segments[0].BaseOffset)
        {
            return nothing with { Error = ErrorCode.OffsetOutOfRange };
        }
        try
        {
            for (var i = Segment.IndexFor(segments, offset); offset < end.Offset && i < segments.Length; i++)
            {
                var segment = segments[i];
                var limit = segment == end.Segment ? end.Position : segment.Length;
                if (segment.Find(Math.Max(offset, segment.BaseOffset), limit) is not { } found)
                {
                    continue; // A damaged end: the next segment goes on.
                }
                if (found.Header.Size > maxBytes)
                {
                    return atLeastOne ? Range(segment, found.Position, found.Header.Size, found.Header.NextOffset) : nothing;
                }
                var wanted = Math.Min(limit, found.Position + maxBytes);
                var (until, next) = wanted == limit
                    ? (limit, segment == end.Segment ? end.Offset : segment.NextOffset)
                    : segment.LastBoundary(found.Position, found.Header.NextOffset, wanted);
                return Range(segment, found.Position, (int)(until - found.Position), next);
            }
            return nothing;
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            return ReadFailure(error);
        }

        ReadPlan Range(Segment segment, long position, int length, long next) =>
            nothing with { Segment = segment, Position = position, Length = length, NextOffset = next };
    }

    public ReadPlan ReadFailure(Exception error)
    {
        _environment.Logger.LogError("{Partition} cannot be read: {Error}", Name, error.Message);
        return ReadPlan.Failed(ErrorCode.KafkaStorageError);
    }

    /// <summary>The first record at or after a time, or null where all are older.</summary>
    public (long Offset, long TimestampMs)? FindByTimestamp(long timestampMs) => TimeLookup.FirstAtOrAfter(_segments, _highWatermark, timestampMs);

    /// <summary>The newest record by time, or null where there is none.</summary>
    public (long Offset, long TimestampMs)? FindNewest() => TimeLookup.Newest(_segments, _highWatermark);

    /// <summary>Makes what was appended since the last call survive a power cut (the interval policy).</summary>
    public void SyncIfGrown()
    {
        LogEnd end;
        lock (_appending)
        {
            if (_closed || _end.Offset == _syncedOffset)
            {
                return;
            }
            end = _end;
        }
        end.Segment.File.Sync();
        _syncedOffset = end.Offset;
    }

    /// <summary>Closes the newest segment and starts another, so that retention may remove it.</summary>
    public void Roll()
    {
        lock (_appending)
        {
            if (!_closed && _end.Position > 0)
            {
                RollLocked();
            }
        }
    }

    /// <summary>Removes the oldest segment if it is still this one and not the newest.</summary>
    public bool DeleteOldest(Segment segment)
    {
        lock (_appending)
        {
            if (_closed || _segments.Length < 2 || _segments[0] != segment)
            {
                return false;
            }
            _segments = _segments[1..];
        }
        segment.Dispose();
        _environment.Files.Delete(segment.LogPath);
        _environment.Files.Delete(segment.CheckpointPath);
        return true;
    }

    public void ExpireProducers(long untilMs)
    {
        lock (_appending)
        {
            _producers.Expire(untilMs);
        }
    }

    /// <summary>Closes files; a checkpoint makes the next start quick. Appends are refused from then on, and waiting fetches end.</summary>
    public void Dispose()
    {
        lock (_appending)
        {
            if (_closed)
            {
                return;
            }
            _closed = true;
            try
            {
                if (!_mustReload && _end.Position > 0)
                {
                    if (_environment.Flush == FlushPolicy.Interval)
                    {
                        _end.Segment.File.Sync();
                    }
                    SegmentCheckpoint.Write(_environment.Files, _end.Segment, _producers);
                }
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                _environment.Logger.LogWarning("{Partition}: no checkpoint, the next start reads its newest segment: {Error}", Name, error.Message);
            }
            foreach (var segment in _segments)
            {
                segment.Dispose();
            }
        }
        Grown.End();
    }

    private AppendResult AppendLocked(Span<byte> batch, BatchHeader header)
    {
        switch (_producers.Check(header, out var duplicateOffset, out var duplicateTimestamp))
        {
            case SequenceVerdict.Duplicate:
                return new AppendResult(ErrorCode.None, duplicateOffset, duplicateTimestamp, null);
            case SequenceVerdict.OutOfOrder:
                return AppendResult.Refused(ErrorCode.OutOfOrderSequenceNumber, $"producer {header.ProducerId}: sequence {header.BaseSequence} does not follow");
            case SequenceVerdict.FencedEpoch:
                return AppendResult.Refused(ErrorCode.InvalidProducerEpoch, $"producer {header.ProducerId}: epoch {header.ProducerEpoch} is over");
            default:
                break;
        }
        var nowMs = _environment.NowMs;
        if (Config.UsesAppendTime)
        {
            BatchHeader.StampAppendTime(batch, nowMs);
        }
        var active = _end.Segment;
        if (active.Length > 0
            && (active.Length + batch.Length > Config.SegmentBytes || header.MaxTimestamp - active.FirstTimestampMs > Config.SegmentMs))
        {
            RollLocked();
            active = _end.Segment;
        }
        SyncNames();
        BatchHeader.Place(batch, _end.Offset, leaderEpoch: 0);
        BatchHeader.TryRead(batch, out var placed);
        try
        {
            active.Append(batch, placed);
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            // Best effort: the next write starts at the same place, and recovery cuts what no write overwrote.
            active.TryCut();
            throw;
        }
        _producers.Record(placed, placed.BaseOffset, nowMs);
        _end = new LogEnd(placed.NextOffset, active, active.Length);
        if (_failing)
        {
            _failing = false;
            _environment.Logger.LogInformation("{Partition} is written again from offset {Offset}", Name, placed.BaseOffset);
        }
        if (_environment.Flush != FlushPolicy.Each)
        {
            _highWatermark = _end;
            Grown.Wake();
        }
        return new AppendResult(ErrorCode.None, placed.BaseOffset, Config.UsesAppendTime ? nowMs : -1, null);
    }

    private void RollLocked()
    {
        var old = _end.Segment;
        if (old.File.Length != old.Length)
        {
            old.File.SetLength(old.Length);
        }
        if (_environment.Flush != FlushPolicy.Os)
        {
            old.File.Sync();
        }
        // The new file comes last: one left over from a failed attempt would look like the newest segment to the next start.
        SegmentCheckpoint.Write(_environment.Files, old, _producers);
        var fresh = Segment.Open(_environment.Files, _folder, _end.Offset);
        _segments = [.. _segments, fresh];
        _end = new LogEnd(_end.Offset, fresh, 0);
        _highWatermark = _end;
        _namesAreSynced = false;
        Grown.Wake();
    }

    private void SyncNames()
    {
        if (_namesAreSynced || _environment.Flush == FlushPolicy.Os)
        {
            return;
        }
        // The newest segment's name, the partition's, the topic's.
        for (var (folder, levels) = (_folder, 3); levels > 0; (folder, levels) = (Path.GetDirectoryName(folder)!, levels - 1))
        {
            _environment.Files.SyncFolder(folder);
        }
        _namesAreSynced = true;
    }

    // Each producer waits until its records are synced; those that wait together share one sync.
    private void Sync(LogEnd upTo)
    {
        lock (_syncing)
        {
            LogEnd target;
            lock (_appending)
            {
                if (_closed || _highWatermark.Offset >= upTo.Offset)
                {
                    return;
                }
                if (_mustReload)
                {
                    throw new IOException("an earlier sync failed");
                }
                target = _end;
            }
            try
            {
                target.Segment.File.Sync();
            }
            catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
            {
                // After a failed sync nobody knows which pages are on disk: go back to what is known.
                lock (_appending)
                {
                    _mustReload = true;
                }
                throw;
            }
            lock (_appending)
            {
                if (target.Offset > _highWatermark.Offset)
                {
                    _highWatermark = target;
                }
            }
        }
        Grown.Wake();
    }

    private void ReloadAfterFailedSync()
    {
        if (!_mustReload)
        {
            return;
        }
        var active = _end.Segment;
        active.File.SetLength(_highWatermark.Segment == active ? _highWatermark.Position : 0);
        _environment.Files.Delete(active.CheckpointPath);
        var (segments, end) = Load();
        var old = _segments;
        (_segments, _end, _highWatermark, _mustReload) = (segments, end, end, false);
        foreach (var segment in old)
        {
            segment.Dispose();
        }
    }

    private (Segment[] Segments, LogEnd End) Load()
    {
        _producers.Expire(long.MaxValue);
        var segments = SegmentRecovery.Load(_environment, _folder, _producers);
        if (segments.Count == 0)
        {
            segments.Add(Segment.Open(_environment.Files, _folder, 0));
        }
        var last = segments[^1];
        return ([.. segments], new LogEnd(last.NextOffset, last, last.Length));
    }

    private AppendResult StorageFailure(Exception error)
    {
        if (!_failing)
        {
            _failing = true; // Once, not at each retry of each client.
            _environment.Logger.LogError("{Partition} cannot be written, producers are told to retry: {Error}", Name, error.Message);
        }
        return AppendResult.Refused(ErrorCode.KafkaStorageError, $"the broker cannot write: {error.Message}");
    }
}
