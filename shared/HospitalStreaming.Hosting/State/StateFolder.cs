using System.Globalization;
using System.Security.Cryptography;

namespace HospitalStreaming.Hosting.State;

/// <summary>
/// The one folder that holds all an embedded line keeps: databases, broker segments, lake, passwords. Mode 0700, one `up` at a time, and
/// stamped with the version of its layout so that an older product does not touch a newer one's data.
/// </summary>
public sealed class StateFolder : IDisposable
{
    /// <summary>Version of the layout this product writes and reads.</summary>
    public const int LayoutVersion = 1;

    private readonly FileStream _lock;

    private StateFolder(string path, FileStream held)
    {
        FullPath = path;
        _lock = held;
    }

    /// <summary>Absolute path.</summary>
    public string FullPath { get; }

    /// <summary>Opens the folder for this process, creating it where it is missing.</summary>
    /// <exception cref="StartException">In use by another process, of a newer version, not writable, or the disk is full.</exception>
    public static StateFolder Open(string path)
    {
        var full = Path.GetFullPath(path);
        try
        {
            CreatePrivate(full);
            var held = Hold(Path.Combine(full, "lock"), full);
            CheckVersion(full);
            return new StateFolder(full, held);
        }
        catch (UnauthorizedAccessException)
        {
            throw new StartException($"the state folder {full} cannot be written; give another with --state or mend its owner and mode");
        }
        catch (IOException failure) when (failure is not FileNotFoundException)
        {
            throw new StartException($"the state folder {full} cannot be used: {failure.Message}. Free disk space or give another with --state");
        }
    }

    /// <summary>A folder inside, created private.</summary>
    public string Folder(string name)
    {
        var path = Path.Combine(FullPath, name);
        CreatePrivate(path);
        return path;
    }

    /// <summary>A file's path inside.</summary>
    public string File(string name) => Path.Combine(FullPath, name);

    /// <summary>A password of this state folder: made once from 24 random bytes, kept in a file of mode 0600.</summary>
    public string Secret(string name)
    {
        var path = Path.Combine(Folder("secrets"), name);
        if (System.IO.File.Exists(path) && System.IO.File.ReadAllText(path).Trim() is { Length: > 20 } kept)
        {
            return kept;
        }

        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        var part = path + ".part";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(part, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(secret));
            file.Flush(flushToDisk: true);
        }

        System.IO.File.Move(part, path, overwrite: true);
        return secret;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, ownerOnly);
    }

    private static FileStream Hold(string path, string folder)
    {
        try
        {
            // FileShare.None is an flock: it ends with the process, however that ends. The holder's pid goes into a file beside it.
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            System.IO.File.WriteAllText(path + ".pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return held;
        }
        catch (IOException)
        {
            var pid = System.IO.File.Exists(path + ".pid") ? System.IO.File.ReadAllText(path + ".pid") : "unknown";
            throw new StartException($"the state folder {folder} is in use by another `hospital up` (process {pid}); stop that one, or give this one another folder with --state");
        }
    }

    private static void CheckVersion(string folder)
    {
        var path = Path.Combine(folder, "version");
        if (!System.IO.File.Exists(path))
        {
            System.IO.File.WriteAllText(path, LayoutVersion.ToString(CultureInfo.InvariantCulture));
            return;
        }

        var text = System.IO.File.ReadAllText(path).Trim();
        if (!int.TryParse(text, CultureInfo.InvariantCulture, out var version) || version > LayoutVersion)
        {
            throw new StartException($"the state folder {folder} was written by a newer product (layout {text}, this one knows {LayoutVersion}); update the product or give another folder with --state");
        }
    }
}
