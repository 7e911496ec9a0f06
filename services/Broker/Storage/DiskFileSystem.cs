using System.Runtime.InteropServices;
using System.Text;

namespace HospitalStreaming.Broker.Storage;

internal sealed class DiskFileSystem : IFileSystem
{
    public void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    public IReadOnlyList<string> Folders(string path) => Directory.Exists(path) ? Directory.GetDirectories(path) : [];

    public IReadOnlyList<string> Files(string path) => Directory.Exists(path) ? Directory.GetFiles(path) : [];

    public bool Exists(string path) => File.Exists(path);

    public IFile Open(string path) => new DiskFile(path);

    public void Delete(string path) => File.Delete(path);

    public void Replace(string from, string to) => File.Move(from, to, overwrite: true);

    public void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals names by itself.
        }
        // .NET opens no folders.
        var folder = OpenFolder(Encoding.UTF8.GetBytes(path + '\0'), flags: 0);
        var synced = folder >= 0 && SyncHandle(folder) == 0;
        var error = Marshal.GetLastPInvokeError();
        if (folder >= 0)
        {
            _ = CloseHandle(folder);
        }
        if (!synced)
        {
            throw new IOException($"folder {path} cannot be synced: error {error}");
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int OpenFolder(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int SyncHandle(int handle);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int CloseHandle(int handle);
}
