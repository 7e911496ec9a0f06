using System.Diagnostics;
using System.Text.Json;

namespace HospitalStreaming.Hospital.Composition;

/// <summary>
/// The addresses of a line that `hospital up` runs, kept in its state folder so that other commands (status, topics, verify, load) find it.
/// The file holds connection strings with generated passwords: mode 0600 inside a 0700 folder.
/// </summary>
internal static class RunningLine
{
    private const string FileName = "running.json";

    /// <summary>Writes the settings of the line that now runs in this process.</summary>
    public static void Announce(string stateFolder, IReadOnlyDictionary<string, string?> settings)
    {
        var path = Path.Combine(stateFolder, FileName);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var part = path + ".part";
        File.Delete(part);
        using (var file = new FileStream(part, options))
        {
            JsonSerializer.Serialize(file, new Content(Environment.ProcessId, settings));
        }

        File.Move(part, path, overwrite: true);
    }

    /// <summary>Takes the announcement back when the line stops.</summary>
    public static void Withdraw(string stateFolder) => File.Delete(Path.Combine(stateFolder, FileName));

    /// <summary>The settings of the line running in that state folder, or null where none runs.</summary>
    public static IReadOnlyDictionary<string, string?>? Find(string stateFolder)
    {
        try
        {
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllText(Path.Combine(stateFolder, FileName)));
            return content is not null && Alive(content.Pid) ? content.Settings : null;
        }
        catch (Exception absent) when (absent is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Alive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private sealed record Content(int Pid, IReadOnlyDictionary<string, string?> Settings);
}
