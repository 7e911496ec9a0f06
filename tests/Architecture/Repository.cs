using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace HospitalStreaming.Tests.Architecture;

/// <summary>The checkout these tests were built from, as git sees it.</summary>
internal static class Repository
{
    /// <summary>Root folder of the checkout.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    /// <summary>Paths of all files git tracks or would track, relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = Git("ls-files --cached --others --exclude-standard")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(path => File.Exists(Path.Combine(Root, path))).ToList();

    /// <summary>C# files below a folder.</summary>
    public static IEnumerable<string> CSharp(string below = "") =>
        Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal) && path.StartsWith(below, StringComparison.Ordinal));

    /// <summary>A file's text.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static string Git(string arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new InvalidOperationException("git ls-files failed: these tests read the checkout");
    }
}
