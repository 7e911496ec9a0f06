using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Architecture;

public sealed partial class FileTests
{
    [Fact]
    public void No_csharp_file_is_over_400_lines() =>
        Repository.CSharp().Where(path => Repository.Read(path).Count(c => c == '\n') > 400).ShouldBeEmpty();

    [Fact]
    public void The_namespace_of_a_file_is_its_project_and_folder()
    {
        var wrong = new List<string>();
        foreach (var path in Repository.CSharp().Where(path => !path.EndsWith("Program.cs", StringComparison.Ordinal)))
        {
            var declared = NamespaceLine().Match(Repository.Read(path));
            if (declared.Success && declared.Groups[1].Value != Expected(path))
            {
                wrong.Add($"{path}: {declared.Groups[1].Value}, expected {Expected(path)}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_generated_and_no_machine_path_is_tracked()
    {
        Repository.Files.Where(path => GeneratedPath().IsMatch(path)).ShouldBeEmpty();
        Repository.Files.Where(path => IsText(path) && path != "tests/Architecture/FileTests.cs" && MachinePath().IsMatch(Repository.Read(path))).ShouldBeEmpty();
    }

    [Fact]
    public void Lock_files_name_no_registry() =>
        Repository.Files.Where(path => path.EndsWith("package-lock.json", StringComparison.Ordinal) && Repository.Read(path).Contains("\"resolved\": \"http", StringComparison.Ordinal))
            .ShouldBeEmpty();

    [Fact]
    public void No_wait_by_sleeping_in_tests_or_product() =>
        Repository.CSharp().Where(path => path != "tests/Architecture/FileTests.cs" && Repository.Read(path).Contains("Thread.Sleep(", StringComparison.Ordinal)).ShouldBeEmpty();

    private static string Expected(string path)
    {
        var parts = path.Split('/')[..^1];
        string[] root = parts switch
        {
            ["shared", var project, ..] => [project],
            ["services", var role, ..] => ["HospitalStreaming." + role],
            ["tests", "bench", ..] => ["HospitalStreaming.Bench"],
            ["tests", var suite, ..] => ["HospitalStreaming.Tests." + suite],
            _ => [string.Empty],
        };
        return string.Join('.', root.Concat(parts.Skip(2)));
    }

    private static bool IsText(string path) => Path.GetExtension(path) is not (".png" or ".gz" or ".tgz" or ".ico" or ".woff2");

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"(^|/)(bin|obj|node_modules|artifacts|dist|target)/|\.nupkg$")]
    private static partial Regex GeneratedPath();

    [GeneratedRegex(@"(^|[^\w.])/(work|farm)/|/tmp/wt/")]
    private static partial Regex MachinePath();
}
