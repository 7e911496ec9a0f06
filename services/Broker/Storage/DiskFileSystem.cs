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
}
