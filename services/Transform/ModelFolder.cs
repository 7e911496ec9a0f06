using HospitalStreaming.Modelling.Project;

namespace HospitalStreaming.Transform;

/// <summary>A dbt project on disk; read again when one of its files changes.</summary>
public sealed class ModelFolder(string folder)
{
    private static readonly string[] Extensions = [".sql", ".yml", ".yaml", ".py"];

    private string _stamp = string.Empty;
    private DbtProject? _project;

    /// <summary>The project as it is on disk now.</summary>
    /// <exception cref="Modelling.ModelProblemException">dbt_project.yml is missing or cannot be read.</exception>
    public DbtProject Read()
    {
        var files = Directory.Exists(folder)
            ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(file => (File: file, Path: Path.GetRelativePath(folder, file.FullName).Replace('\\', '/')))
                .Where(entry => Extensions.Contains(entry.File.Extension) && !IsOutput(entry.Path))
                .OrderBy(entry => entry.Path, StringComparer.Ordinal).ToList()
            : [];
        var stamp = string.Join('\n', files.Select(entry => $"{entry.Path}|{entry.File.Length}|{entry.File.LastWriteTimeUtc.Ticks}"));
        if (_project is null || stamp != _stamp)
        {
            _project = ProjectReader.Read(files.ToDictionary(entry => entry.Path, entry => File.ReadAllText(entry.File.FullName)));
            _stamp = stamp;
        }

        return _project;
    }

    /// <summary>What dbt itself writes beside the project.</summary>
    private static bool IsOutput(string path) =>
        path.StartsWith("target/", StringComparison.Ordinal) || path.StartsWith("logs/", StringComparison.Ordinal) || path.StartsWith("dbt_packages/", StringComparison.Ordinal);
}
