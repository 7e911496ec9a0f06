using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Tests.Unit.Broker.Support;

/// <summary>
/// Files in memory that outlive the code that uses them, as a page cache outlives a killed process. Writes and syncs can be made to fail,
/// after some of the bytes if so wished.
/// </summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly Dictionary<string, MemoryFile> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>Null lets writes pass; else how many bytes of each are written before it fails.</summary>
    public int? WritesFailAfterBytes { get; set; }

    public bool SyncsFail { get; set; }

    /// <summary>Whether new and renamed files fail too, as in a folder that may not be written.</summary>
    public bool IsReadOnly { get; set; }

    public int Syncs { get; set; }

    public MemoryFileSystem Copy()
    {
        var copy = new MemoryFileSystem();
        copy._folders.UnionWith(_folders);
        foreach (var (path, file) in _files)
        {
            copy._files[path] = file.CopyTo(copy);
        }
        return copy;
    }

    public byte[] Content(string path) => _files[path].Content.ToArray();

    public void Replace(string path, byte[] content) => _files[path] = new MemoryFile(this) { Content = [.. content] };

    public void CreateFolder(string path)
    {
        Refuse();
        _folders.Add(path);
    }

    public void DeleteFolder(string path)
    {
        Refuse();
        _folders.RemoveWhere(f => f == path || f.StartsWith(path + "/", StringComparison.Ordinal));
        foreach (var file in _files.Keys.Where(f => f.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
        {
            _files.Remove(file);
        }
    }

    public IReadOnlyList<string> Folders(string path) =>
        [.. _folders.Concat(_files.Keys.Select(f => Path.GetDirectoryName(f)!)).Where(f => Path.GetDirectoryName(f) == path).Distinct()];

    public IReadOnlyList<string> Files(string path) => [.. _files.Keys.Where(f => Path.GetDirectoryName(f) == path)];

    public bool Exists(string path) => _files.ContainsKey(path);

    public IFile Open(string path)
    {
        if (!_files.TryGetValue(path, out var file))
        {
            Refuse();
            _files[path] = file = new MemoryFile(this);
        }
        return new Handle(file);
    }

    public void Delete(string path)
    {
        Refuse();
        _files.Remove(path);
    }

    public void Replace(string from, string to)
    {
        Refuse();
        _files[to] = _files[from];
        _files.Remove(from);
    }

    public void SyncFolder(string path)
    {
        if (SyncsFail)
        {
            throw new IOException("the device failed");
        }
    }

    private void Refuse()
    {
        if (IsReadOnly)
        {
            throw new UnauthorizedAccessException("the folder may not be written");
        }
    }

    private sealed class MemoryFile(MemoryFileSystem owner)
    {
        public List<byte> Content { get; init; } = [];

        public MemoryFile CopyTo(MemoryFileSystem other) => new(other) { Content = [.. Content] };

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            var passed = owner.WritesFailAfterBytes is { } limit ? bytes[..Math.Min(limit, bytes.Length)] : bytes;
            Resize(Math.Max(Content.Count, (int)position + passed.Length));
            passed.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Content)[(int)position..]);
            if (passed.Length < bytes.Length || owner.WritesFailAfterBytes == 0)
            {
                throw new IOException("no space left on the device");
            }
        }

        public void Resize(int length) => System.Runtime.InteropServices.CollectionsMarshal.SetCount(Content, length);

        public void Sync()
        {
            owner.Syncs++;
            if (owner.SyncsFail)
            {
                throw new IOException("the device failed");
            }
        }
    }

    private sealed class Handle(MemoryFile file) : IFile
    {
        private bool _closed;

        public long Length => Checked().Content.Count;

        public int Read(Span<byte> into, long position)
        {
            var content = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Checked().Content);
            var count = Math.Max(0, Math.Min(into.Length, content.Length - (int)position));
            content.Slice((int)position, count).CopyTo(into);
            return count;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position) => Checked().Write(bytes, position);

        public void SetLength(long length) => Checked().Resize((int)length);

        public void Sync() => Checked().Sync();

        public void Dispose() => _closed = true;

        private MemoryFile Checked()
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return file;
        }
    }
}
