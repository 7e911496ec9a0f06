using System.Buffers.Binary;
using HospitalStreaming.Broker.Storage;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Groups;

/// <summary>
/// Committed offsets, in memory and in one log beside the topics: each commit request is one frame (length, CRC32C, content), written before it is
/// answered and synced by the same policy as records. When the log is mostly superseded it is written anew and renamed over.
/// </summary>
internal sealed class OffsetStore : IDisposable
{
    private const int FrameHeaderBytes = 8;
    private const long RewriteFromBytes = 1 << 20;
    private const int BytesAnEntry = 128;
    private readonly StorageEnvironment _environment;
    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<(Guid Topic, int Partition), CommittedOffset>> _groups = new(StringComparer.Ordinal);
    private IFile _file;
    private long _length;
    private long _syncedLength;
    private long _rewriteAt = RewriteFromBytes;

    public OffsetStore(StorageEnvironment environment, string folder, Func<Guid, bool> topicExists)
    {
        _environment = environment;
        _path = Path.Combine(folder, "offsets.log");
        _file = environment.Files.Open(_path);
        Load();
        foreach (var (group, offsets) in _groups)
        {
            foreach (var gone in offsets.Keys.Where(key => !topicExists(key.Topic)).ToList())
            {
                offsets.Remove(gone);
            }
            RemoveIfEmpty(group);
        }
    }

    public IReadOnlyList<string> Groups
    {
        get
        {
            lock (_lock)
            {
                return [.. _groups.Keys];
            }
        }
    }

    public bool Has(string group)
    {
        lock (_lock)
        {
            return _groups.ContainsKey(group);
        }
    }

    /// <summary>Stores all of them or, throwing <see cref="IOException"/>, none.</summary>
    public void Commit(string group, IReadOnlyList<PartitionCommit> commits)
    {
        lock (_lock)
        {
            Append(Encode(group, commits));
            Apply(group, commits);
            RewriteIfWorthwhile();
        }
    }

    public CommittedOffset? Find(string group, Guid topic, int partition)
    {
        lock (_lock)
        {
            return _groups.TryGetValue(group, out var offsets) && offsets.TryGetValue((topic, partition), out var found) ? found : null;
        }
    }

    public IReadOnlyList<PartitionCommit> All(string group)
    {
        lock (_lock)
        {
            return _groups.TryGetValue(group, out var offsets)
                ? [.. offsets.Select(o => new PartitionCommit(o.Key.Topic, o.Key.Partition, o.Value))]
                : [];
        }
    }

    /// <summary>Forgets a group.</summary>
    public void Delete(string group)
    {
        lock (_lock)
        {
            Append(Encode(group, []));
            _groups.Remove(group);
        }
    }

    /// <summary>Forgets a topic in all groups. Nothing is written: its id never comes back.</summary>
    public void ForgetTopic(Guid topic)
    {
        lock (_lock)
        {
            foreach (var (group, offsets) in _groups)
            {
                foreach (var gone in offsets.Keys.Where(key => key.Topic == topic).ToList())
                {
                    offsets.Remove(gone);
                }
                RemoveIfEmpty(group);
            }
        }
    }

    /// <summary>Makes what was stored since the last call survive a power cut (the interval policy).</summary>
    public void Sync()
    {
        lock (_lock)
        {
            if (_syncedLength != _length)
            {
                _file.Sync();
                _syncedLength = _length;
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static byte[] Encode(string group, IReadOnlyList<PartitionCommit> commits)
    {
        using var content = new MemoryStream();
        using var to = new BinaryWriter(content);
        to.Write(0L);
        to.Write(group);
        to.Write(commits.Count);
        foreach (var commit in commits)
        {
            to.Write(commit.TopicId.ToByteArray());
            to.Write(commit.Partition);
            to.Write(commit.Committed.Offset);
            to.Write(commit.Committed.LeaderEpoch);
            to.Write(commit.Committed.Metadata is not null);
            to.Write(commit.Committed.Metadata ?? "");
        }
        var frame = content.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - FrameHeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), Crc32C.Of(frame.AsSpan(FrameHeaderBytes)));
        return frame;
    }

    private static (string Group, List<PartitionCommit> Commits) Decode(byte[] content)
    {
        using var from = new BinaryReader(new MemoryStream(content));
        var group = from.ReadString();
        var commits = new List<PartitionCommit>();
        for (var left = from.ReadInt32(); left > 0; left--)
        {
            var topic = new Guid(from.ReadBytes(16));
            var partition = from.ReadInt32();
            var offset = from.ReadInt64();
            var epoch = from.ReadInt32();
            var hasMetadata = from.ReadBoolean();
            var metadata = from.ReadString();
            commits.Add(new PartitionCommit(topic, partition, new CommittedOffset(offset, epoch, hasMetadata ? metadata : null)));
        }
        return (group, commits);
    }

    private void Load()
    {
        var content = AtomicFile.Read(_environment.Files, _path) ?? [];
        while (content.Length - _length >= FrameHeaderBytes)
        {
            var frame = content.AsSpan((int)_length);
            var size = BinaryPrimitives.ReadInt32LittleEndian(frame);
            if (size <= 0 || size > frame.Length - FrameHeaderBytes
                || Crc32C.Of(frame.Slice(FrameHeaderBytes, size)) != BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]))
            {
                break;
            }
            var (group, commits) = Decode(frame.Slice(FrameHeaderBytes, size).ToArray());
            if (commits.Count == 0)
            {
                _groups.Remove(group);
            }
            Apply(group, commits);
            _length += FrameHeaderBytes + size;
        }
        if (content.Length > _length)
        {
            _environment.Logger.LogWarning("{Path}: cut {Bytes} bytes of an unfinished write", _path, content.Length - _length);
            _file.SetLength(_length);
        }
    }

    private void Apply(string group, IReadOnlyList<PartitionCommit> commits)
    {
        if (commits.Count == 0)
        {
            return;
        }
        if (!_groups.TryGetValue(group, out var offsets))
        {
            _groups[group] = offsets = [];
        }
        foreach (var commit in commits)
        {
            offsets[(commit.TopicId, commit.Partition)] = commit.Committed;
        }
    }

    private void RemoveIfEmpty(string group)
    {
        if (_groups[group].Count == 0)
        {
            _groups.Remove(group);
        }
    }

    // _length moves only after write and sync: what failed is overwritten by the next commit.
    private void Append(byte[] frame)
    {
        _file.Write(frame, _length);
        if (_environment.Flush == FlushPolicy.Each)
        {
            _file.Sync();
        }
        _length += frame.Length;
    }

    private void RewriteIfWorthwhile()
    {
        if (_length < _rewriteAt)
        {
            return;
        }
        try
        {
            var content = _groups.SelectMany(g => Encode(g.Key, [.. g.Value.Select(o => new PartitionCommit(o.Key.Topic, o.Key.Partition, o.Value))])).ToArray();
            // The new file is open before it takes the name, so that there is no moment without a file to write to.
            var fresh = _environment.Files.Open(_path + ".new");
            try
            {
                fresh.SetLength(0);
                fresh.Write(content, 0);
                fresh.Sync();
                _environment.Files.Replace(_path + ".new", _path);
                _environment.Files.SyncFolder(Path.GetDirectoryName(_path)!);
            }
            catch
            {
                fresh.Dispose();
                throw;
            }
            _file.Dispose();
            (_file, _length) = (fresh, content.Length);
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            _environment.Logger.LogWarning("{Path} could not be written anew, it grows on: {Error}", _path, error.Message);
        }
        _rewriteAt = Math.Max(RewriteFromBytes, _length + (_groups.Values.Sum(g => (long)g.Count) * BytesAnEntry * 8));
    }
}
