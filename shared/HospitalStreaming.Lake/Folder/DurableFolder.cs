using System.Collections.Concurrent;

namespace HospitalStreaming.Lake.Folder;

/// <summary>
/// Files that appear whole and durable or not at all, and never replace another: written under a temporary name, synced, linked to their own name,
/// the folder synced. Temporary files are locked while they are written, so that a later start may clear what a killed process left.
/// </summary>
internal sealed class DurableFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const int Attempts = 3;
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, bool> _ready = new(StringComparer.Ordinal);
    private readonly string _root;
    private readonly string _temporary;

    internal DurableFolder(string root)
    {
        _root = Path.GetFullPath(root);
        _temporary = Path.Combine(_root, ".tmp");
        MakeFolder(_root);
        MakeFolder(_temporary);
        ClearTemporary();
    }

    internal string PathOf(string name) => Path.Combine(_root, name.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>False where the name is taken.</summary>
    internal bool Create(string name, ReadOnlySpan<byte> content, bool durable)
    {
        var path = PathOf(name);
        if (File.Exists(path))
        {
            // Another writer's link may not be synced yet; what is answered "taken" must not vanish.
            if (durable)
            {
                Posix.SyncFolder(Path.GetDirectoryName(path)!);
            }

            return false;
        }

        var folder = Path.GetDirectoryName(path)!;
        EnsureFolder(folder);
        for (var attempt = 1; ; attempt++)
        {
            var temporary = WriteTemporary(content, durable);
            try
            {
                var created = Posix.TryLink(temporary, path);
                if (durable)
                {
                    Posix.SyncFolder(folder);
                }

                return created;
            }
            catch (IOException) when (attempt < Attempts && !File.Exists(temporary))
            {
                // Another process opened the lake just now and took the file, which is closed before it is linked, for a dead writer's.
            }
            finally
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>Puts other content under a name, durably: readers see the one or the other, never a part.</summary>
    internal void Replace(string name, ReadOnlySpan<byte> content)
    {
        var path = PathOf(name);
        for (var attempt = 1; ; attempt++)
        {
            var temporary = WriteTemporary(content, durable: true);
            try
            {
                File.Move(temporary, path, overwrite: true);
                Posix.SyncFolder(Path.GetDirectoryName(path)!);
                return;
            }
            catch (FileNotFoundException) when (attempt < Attempts)
            {
                // Taken for a dead writer's, as above.
            }
        }
    }

    /// <summary>Removes a torn sidecar, which is not data.</summary>
    internal void Remove(string name) => File.Delete(PathOf(name));

    /// <summary>Writes it whole; closed, because its lock would stay on the object, which is the same file under another name.</summary>
    private string WriteTemporary(ReadOnlySpan<byte> content, bool durable)
    {
        var temporary = Path.Combine(_temporary, Path.GetRandomFileName());
        using var file = new FileStream(temporary, NewFile());
        file.Write(content);
        file.Flush(flushToDisk: durable);
        return temporary;
    }

    private static FileStreamOptions NewFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    /// <summary>New folders are durable before anything in them is: each one's name is synced in its parent.</summary>
    private void EnsureFolder(string folder)
    {
        if (_ready.ContainsKey(folder))
        {
            return;
        }

        if (folder.Length > _root.Length)
        {
            var parent = Path.GetDirectoryName(folder)!;
            EnsureFolder(parent);
            MakeFolder(folder);
            Posix.SyncFolder(parent);
        }

        _ready[folder] = true;
    }

    private static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerFolder);
        }
    }

    // A file is closed, and no longer locked, for the moment before it gets its name: a fresh one may be a living writer's.
    private static bool IsOld(string file) => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > FreshFor;

    private void ClearTemporary()
    {
        foreach (var left in Directory.EnumerateFiles(_temporary).Where(IsOld))
        {
            try
            {
                using (new FileStream(left, FileMode.Open, FileAccess.Write, FileShare.None))
                {
                    // Nobody holds it: its writer is gone.
                }

                File.Delete(left);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // In use by another process, or cleared by it just now.
            }
        }
    }
}
