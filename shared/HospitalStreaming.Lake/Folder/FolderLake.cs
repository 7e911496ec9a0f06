using System.Runtime.CompilerServices;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Lake.Folder;

/// <summary>The lake as a folder on one machine, safe among processes and across kill -9; fsync before anything counts as created.</summary>
public sealed class FolderLake : ILake
{
    private readonly DurableFolder _folder;
    private readonly LakeNews _news;

    /// <summary>Opens or makes the folder (mode 0700), and clears what killed writers left unfinished.</summary>
    public FolderLake(string folder, LakeCompression compression, LakeNews news)
        : this(folder, LakeShape.Of(compression), news)
    {
    }

    /// <summary>Opens or makes the folder (mode 0700), and clears what killed writers left unfinished.</summary>
    public FolderLake(string folder, LakeShape shape, LakeNews news)
    {
        Location = Path.GetFullPath(folder);
        Shape = shape;
        _news = news;
        _folder = Reading(() => new DurableFolder(Location), "its folder");
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public LakeCompression Compression => Shape.Compression;

    /// <inheritdoc/>
    public LakeShape Shape { get; }

    /// <inheritdoc/>
    public string AddressOf(LakeObjectName name) => _folder.PathOf(name.ToString());

    /// <inheritdoc/>
    public async Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation)
    {
        var text = name.ToString();
        var created = await OnDiskAsync(
            () =>
            {
                if (!Shape.Lines.IsWhole)
                {
                    _folder.Create(Sidecar.BoundName(text, manifest.Sha256), Sidecar.Write(manifest), durable: true);
                }

                var made = _folder.Create(text, stored.Span, durable: true);
                if (made)
                {
                    _folder.Create(text + Sidecar.Extension, Sidecar.Write(manifest), durable: false);
                }

                return made;
            },
            text,
            cancellation);
        if (created)
        {
            _news.Announce();
            return new LakePut(true, new LakeObject(name, manifest, 0));
        }

        var existing = await FindAsync(name, cancellation);
        return existing is { Manifest: not null, HasItsLength: true }
            ? new LakePut(false, existing)
            : throw new LakeDamageException($"{Location}/{text} is taken by something that is not a whole object of ours; move it away");
    }

    /// <inheritdoc/>
    public async Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation)
    {
        foreach (var candidate in await LakeFolders.NamesAsync(Shape.Layout, name, ChildrenAsync))
        {
            if (Reading(() => Find(candidate), candidate.ToString()) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation)
    {
        FileStream file;
        try
        {
            file = OpenFile(AddressOf(name));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LakeDamageException($"{Location}/{name} is missing", failure);
        }

        if (file.Length > 0 || await FindAsync(name, cancellation) is not { Part: { } part })
        {
            return file;
        }

        await file.DisposeAsync();
        return Reading(() => new MemoryStream(ReadPart(part) ?? throw new LakeDamageException($"{Location}/{part.Path}, which holds the bytes of {name}, is missing"), writable: false), part.Path);
    }

    /// <inheritdoc/>
    public Task<bool> EmptyAsync(LakeObject found, CompactedPart part, CancellationToken cancellation)
    {
        var text = found.Name.ToString();
        return OnDiskAsync(
            () =>
            {
                if (Find(found.Name) is not { } now || now.Manifest != found.Manifest || (now.Part ?? part) != part)
                {
                    return false;
                }

                // The part is durable beside the object before the object is emptied: there is no moment without one of the two.
                if (now.Part is null)
                {
                    _folder.Replace(text + Sidecar.Extension, Sidecar.Write(found.Manifest!, part));
                }

                if (now.Length != 0)
                {
                    _folder.Replace(text, []);
                }

                return true;
            },
            text,
            cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation) => LakeFolders.DaysAsync(Shape.Layout, topic, ChildrenAsync);

    /// <inheritdoc/>
    public async IAsyncEnumerable<LakeObject> ListAsync(
        LakeStream stream, DateOnly day, long fromOffset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var names = new List<LakeObjectName>();
        foreach (var (folder, _) in await LakeFolders.OfDayAsync(Shape.Layout, stream, day, ChildrenAsync))
        {
            names.AddRange(await OnDiskAsync(() => Names(folder, stream, fromOffset), folder, cancellation));
        }

        names.Sort();
        foreach (var name in names)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Find(name) is { } found)
            {
                yield return found;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> CreateDocumentAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        DocumentPath.Check(path);
        var created = await OnDiskAsync(() => _folder.Create(path, content.Span, durable: true), path, cancellation);
        if (created)
        {
            _news.Announce();
        }

        return created;
    }

    /// <inheritdoc/>
    public Task<byte[]?> ReadDocumentAsync(string path, CancellationToken cancellation)
    {
        DocumentPath.Check(path);
        return Task.FromResult(Reading(() => ReadOrNull(_folder.PathOf(path)), path));
    }

    /// <inheritdoc/>
    public Task<long?> LengthOfDocumentAsync(string path, CancellationToken cancellation)
    {
        DocumentPath.Check(path);
        return Task.FromResult(Reading<long?>(() => new FileInfo(_folder.PathOf(path)) is { Exists: true } file ? file.Length : null, path));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListDocumentsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        DocumentPath.CheckPrefix(prefix);
        var folder = _folder.PathOf(prefix);
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        var paths = await OnDiskAsync(
            () => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Location, path).Replace(Path.DirectorySeparatorChar, '/'))
                .Order(StringComparer.Ordinal).ToList(),
            prefix,
            cancellation);
        foreach (var path in paths)
        {
            yield return path;
        }
    }

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024);

    private List<LakeObjectName> Names(string folder, LakeStream stream, long fromOffset)
    {
        var names = new List<LakeObjectName>();
        var path = _folder.PathOf(folder);
        foreach (var file in Directory.Exists(path) ? Directory.EnumerateFiles(path, Shape.Layout.FilePrefix(stream) + "*") : [])
        {
            if (Shape.Layout.TryParse(folder + Path.GetFileName(file), out var name) && name.StartOffset >= fromOffset && name.Stream == stream)
            {
                names.Add(name);
            }
        }

        return names;
    }

    private Task<IReadOnlyList<string>> ChildrenAsync(string prefix)
    {
        var path = _folder.PathOf(prefix);
        return Task.FromResult(Reading<IReadOnlyList<string>>(
            () => Directory.Exists(path) ? [.. Directory.EnumerateDirectories(path).Select(child => Path.GetFileName(child))] : [], prefix));
    }

    private byte[]? ReadPart(CompactedPart part)
    {
        try
        {
            using var file = OpenFile(_folder.PathOf(part.Path));
            var bytes = new byte[Math.Max(0, Math.Min(part.Length, file.Length - part.First))];
            file.Seek(part.First, SeekOrigin.Begin);
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static byte[]? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private LakeObject? Find(LakeObjectName name)
    {
        var path = AddressOf(name);
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return null;
        }

        if (ReadOrNull(path + Sidecar.Extension) is { } sidecar && Sidecar.Read(sidecar) is var (manifest, part))
        {
            return new LakeObject(name, manifest, 0) { Length = file.Length, Part = part };
        }

        // A writer died between object and sidecar, or is about to write it.
        if (file.Length > LakeObjectReader.MaxStoredBytes || ReadOrNull(path) is not { } stored || ManifestOf(name, stored) is not { } rebuilt)
        {
            return new LakeObject(name, null, 0) { Length = file.Length };
        }

        if (!_folder.Create(name + Sidecar.Extension, Sidecar.Write(rebuilt), durable: false) && ReadOrNull(path + Sidecar.Extension) is { } left && Sidecar.Read(left) is null)
        {
            _folder.Remove(name + Sidecar.Extension);
        }

        return new LakeObject(name, rebuilt, 0) { Length = file.Length };
    }

    /// <summary>From the object itself, or where its lines do not say enough, from the copy that was written before it.</summary>
    private LakeManifest? ManifestOf(LakeObjectName name, byte[] stored)
    {
        if (Shape.Lines.IsWhole)
        {
            return ManifestRebuild.From(name, stored);
        }

        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stored));
        return ReadOrNull(_folder.PathOf(Sidecar.BoundName(name.ToString(), sha256))) is { } bound && Sidecar.Read(bound) is var (manifest, _) && manifest.Sha256 == sha256 ? manifest : null;
    }

    /// <summary>A sync may take long on a busy disk: it gets a thread of its own rather than one that other roles wait for.</summary>
    private async Task<T> OnDiskAsync<T>(Func<T> work, string what, CancellationToken cancellation)
    {
        try
        {
            return await Task.Factory.StartNew(work, cancellation, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refused(what, failure);
        }
    }

    /// <summary>Looking up a small file is quicker than changing threads.</summary>
    private T Reading<T>(Func<T> work, string what)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Refused(what, failure);
        }
    }

    private LakeException Refused(string what, Exception failure) => new($"the lake's disk refused {what} in {Location}: {failure.Message}", failure);
}
