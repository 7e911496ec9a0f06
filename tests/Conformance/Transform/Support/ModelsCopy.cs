namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>A copy of the models folder that a test edits.</summary>
internal sealed class ModelsCopy : IDisposable
{
    public ModelsCopy()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Models, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Folder, Path.GetRelativePath(Repository.Models, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("hospital-models-").FullName;

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Folder, file), text);

    public void Replace(string file, string old, string replacement)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Write(file, at >= 0 ? text[..at] + replacement + text[(at + old.Length)..] : throw new InvalidOperationException($"{file} does not hold '{old}'"));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
