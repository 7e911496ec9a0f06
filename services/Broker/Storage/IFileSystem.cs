namespace HospitalStreaming.Broker.Storage;

/// <summary>What storage needs of a disk, injected so that tests can fail the next write or sync.</summary>
internal interface IFileSystem
{
    void CreateFolder(string path);

    void DeleteFolder(string path);

    IReadOnlyList<string> Folders(string path);

    IReadOnlyList<string> Files(string path);

    bool Exists(string path);

    /// <summary>Opens for reading and writing; creates it where it is missing.</summary>
    IFile Open(string path);

    void Delete(string path);

    /// <summary>Renames over whatever is there, in one step.</summary>
    void Replace(string from, string to);

    /// <summary>Returns when the names in a folder would survive a power cut.</summary>
    void SyncFolder(string path);
}
