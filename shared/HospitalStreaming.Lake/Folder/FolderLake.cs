using System.Globalization;
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
    {
        Location = Path.GetFullPath(folder);
        Compression = compression;
        _news = news;
        _folder = Reading(() => new DurableFolder(Location), "its folder");
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public LakeCompression Compression { get; }

    /// <inheritdoc/>
    public string AddressOf(LakeObjectName name) => _folder.PathOf(name.ToString());

    /// <inheritdoc/>
    public async Task<LakePut> CreateAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation)
    {
        var text = name.ToString();
        var created = await OnDiskAsync(
            () =>
            {
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
        return existing is { Manifest: not null }
            ? new LakePut(false, existing)
            : throw new LakeDamageException($"{Location}/{text} is taken by something that is not a whole object of ours; move it away");
    }

    /// <inheritdoc/>
    public Task<LakeObject?> FindAsync(LakeObjectName name, CancellationToken cancellation) =>
        Task.FromResult(Reading(() => Find(name), name.ToString()));

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(LakeObjectName name, CancellationToken cancellation)
    {
        try
        {
            return Task.FromResult<Stream>(new FileStream(AddressOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LakeDamageException($"{Location}/{name} is missing", failure);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DateOnly>> DaysAsync(string topic, CancellationToken cancellation)
    {
        var folder = _folder.PathOf(LakeObjectName.TopicPrefix(topic));
        var days = new List<DateOnly>();
        if (Directory.Exists(folder))
        {
            foreach (var child in Directory.EnumerateDirectories(folder, "dt=*"))
            {
                if (DateOnly.TryParseExact(Path.GetFileName(child).AsSpan(3), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
                {
                    days.Add(day);
                }
            }
        }

        days.Sort();
        return Task.FromResult<IReadOnlyList<DateOnly>>(days);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LakeObject> ListAsync(
        LakeStream stream, DateOnly day, long fromOffset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var prefix = LakeObjectName.ChainPrefix(stream, day);
        var folder = _folder.PathOf(prefix[..prefix.LastIndexOf('/')]);
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        var names = await OnDiskAsync(() => Names(folder, prefix, fromOffset), prefix, cancellation);
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

    private static List<LakeObjectName> Names(string folder, string prefix, long fromOffset)
    {
        var names = new List<LakeObjectName>();
        var parent = prefix[..(prefix.LastIndexOf('/') + 1)];
        foreach (var path in Directory.EnumerateFiles(folder, prefix[parent.Length..] + "*"))
        {
            if (LakeObjectName.TryParse(parent + Path.GetFileName(path), out var name) && name.StartOffset >= fromOffset)
            {
                names.Add(name);
            }
        }

        names.Sort();
        return names;
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

        if (ReadOrNull(path + Sidecar.Extension) is { } sidecar && Sidecar.Read(sidecar) is { } manifest)
        {
            return new LakeObject(name, manifest, 0) { Length = file.Length };
        }

        // A writer died between object and sidecar, or is about to write it.
        if (file.Length > LakeObjectReader.MaxStoredBytes || ReadOrNull(path) is not { } stored || ManifestRebuild.From(name, stored) is not { } rebuilt)
        {
            return new LakeObject(name, null, 0) { Length = file.Length };
        }

        if (!_folder.Create(name + Sidecar.Extension, Sidecar.Write(rebuilt), durable: false) && ReadOrNull(path + Sidecar.Extension) is { } left && Sidecar.Read(left) is null)
        {
            _folder.Remove(name + Sidecar.Extension);
        }

        return new LakeObject(name, rebuilt, 0) { Length = file.Length };
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
