namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>Folders and files for one test.</summary>
internal static class TestFolder
{
    public static string Create(string name)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"hospital-{name}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>Replaces a file's content even where it is read-only, as damage at rest does.</summary>
    public static void Overwrite(string path, byte[] bytes)
    {
        File.Delete(path);
        File.WriteAllBytes(path, bytes);
    }
}
