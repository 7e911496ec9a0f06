using System.Globalization;
using System.Security.Cryptography;
using HospitalStreaming.Postgres.Embedded.Processes;

namespace HospitalStreaming.Postgres.Embedded;

/// <summary>
/// The folder of one embedded server, mode 0700 and ours; only data inside belongs to the user PostgreSQL runs as. That user need not be able to
/// walk there: the server gets data as an open descriptor and knows it as /proc/self/fd/9.
/// </summary>
internal sealed class ServerFolder(string root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The whole folder.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>PostgreSQL's data folder.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>Where initdb works; renamed to data when whole.</summary>
    public string Draft => Path.Combine(Root, "draft");

    /// <summary>The server's own messages.</summary>
    public string Log => Path.Combine(Root, "server.log");

    /// <summary>Major version of the data folder; null where there is none yet.</summary>
    public int? DataMajor
    {
        get
        {
            var file = Path.Combine(Data, "PG_VERSION");
            return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture) : null;
        }
    }

    /// <summary>Makes the folder and takes its lock, which ends with the returned stream or with our process.</summary>
    /// <exception cref="EmbeddedPostgresException">Another process of ours uses it, or it is not ours to use.</exception>
    public FileStream Lock()
    {
        try
        {
            Directory.CreateDirectory(Root, OwnerOnly);
            File.SetUnixFileMode(Root, OwnerOnly);
            return new FileStream(Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new EmbeddedPostgresException($"{Root} belongs to another user: start as that user, or choose another state folder", failure);
        }
        catch (IOException failure) when (!DiskSpace.IsGone(failure))
        {
            throw new EmbeddedPostgresException($"{Root} is in use by another hospital process: stop that one, or choose another state folder", failure);
        }
    }

    /// <summary>A generated password, the same ever after; kept in a file of mode 0600.</summary>
    /// <param name="name">What it is for: a file name.</param>
    public string Secret(string name)
    {
        var file = Path.Combine(Root, name + ".password");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Root, OwnerOnly);
            Write(file, RandomNumberGenerator.GetHexString(32, lowercase: true), null);
        }

        return File.ReadAllText(file);
    }

    /// <summary>The port of the last run, or 0.</summary>
    public int LastPort
    {
        get => int.TryParse(File.Exists(PortFile) ? File.ReadAllText(PortFile) : null, CultureInfo.InvariantCulture, out var port) ? port : 0;
        set => Write(PortFile, value.ToString(CultureInfo.InvariantCulture), null);
    }

    /// <summary>Makes what initdb needs: an empty data folder, and a file with the password; returns both paths.</summary>
    public IReadOnlyList<string> BeginDraft(RunAs? runAs, string password)
    {
        DiscardDraft();
        var data = Path.Combine(Draft, "data");
        Directory.CreateDirectory(Draft, OwnerOnly);
        Directory.CreateDirectory(data, OwnerOnly);
        Give(data, runAs);
        var secret = Path.Combine(Draft, "password");
        Write(secret, password, runAs);
        return [data, secret];
    }

    /// <summary>The draft is whole: from now on it is the data folder.</summary>
    public void KeepDraft()
    {
        Directory.Move(Path.Combine(Draft, "data"), Data);
        DiscardDraft();
    }

    /// <summary>Removes what an interrupted initdb left.</summary>
    public void DiscardDraft()
    {
        if (Directory.Exists(Draft))
        {
            Directory.Delete(Draft, recursive: true);
        }
    }

    /// <summary>Gives the data folder to the user it will be run by, if it is not that user's already.</summary>
    public void GiveData(RunAs? runAs)
    {
        if (runAs is null || Libc.OwnerOf(Data) == runAs.User)
        {
            return;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(Data, "*", SearchOption.AllDirectories))
        {
            Give(entry, runAs);
        }

        // Last, so that a run cut short is repeated.
        Give(Data, runAs);
    }

    /// <summary>Replaces a file whole, readable by the server's user only.</summary>
    public static void Write(string path, string text, RunAs? runAs)
    {
        var draft = path + ".draft";
        File.Delete(draft);

        // CreateNew follows no link: in data another user could have put one.
        using (var stream = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile }))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        Give(draft, runAs);
        File.Move(draft, path, overwrite: true);
    }

    private string PortFile => Path.Combine(Root, "port");

    private static void Give(string path, RunAs? runAs)
    {
        if (runAs is not null)
        {
            Libc.Own(path, runAs.User, runAs.Group);
        }
    }
}
