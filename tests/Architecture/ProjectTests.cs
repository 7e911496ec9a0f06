using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Architecture;

public sealed partial class ProjectTests
{
    private static readonly Dictionary<string, string[]> References = Repository.Files
        .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && !path.StartsWith("infra/", StringComparison.Ordinal))
        .ToDictionary(path => Path.GetFileNameWithoutExtension(path), path => ProjectReference().Matches(Repository.Read(path)).Select(match => match.Groups[1].Value).ToArray());

    private static readonly string[] Roles = ["Producer", "Landing", "Capture", "LakeSink", "WarehouseSink", "Transform", "Dashboard", "Broker"];

    [Fact]
    public void Core_refers_to_no_other_project() => References["HospitalStreaming.Core"].ShouldBeEmpty();

    [Fact]
    public void Modelling_refers_to_Core_only() => References["HospitalStreaming.Modelling"].ShouldBe(["HospitalStreaming.Core"]);

    [Fact]
    public void No_role_refers_to_another_role() =>
        Roles.SelectMany(role => References["HospitalStreaming." + role].Where(reference => Roles.Contains(reference.Replace("HospitalStreaming.", string.Empty, StringComparison.Ordinal)))
            .Select(reference => $"{role} -> {reference}")).ShouldBeEmpty();

    [Fact]
    public void Shared_rooms_refer_to_no_service() =>
        References.Where(project => Repository.Files.Any(path => path.StartsWith($"shared/{project.Key}/", StringComparison.Ordinal)))
            .SelectMany(project => project.Value.Where(reference => Roles.Append("Hospital").Contains(reference.Replace("HospitalStreaming.", string.Empty, StringComparison.Ordinal))))
            .ShouldBeEmpty();

    [Fact]
    public void Every_project_is_in_the_solution_and_there_are_about_twenty()
    {
        var solution = Repository.Read("HospitalStreaming.sln");
        References.Keys.Where(project => !solution.Contains($"\"{project}\"", StringComparison.Ordinal)).ShouldBeEmpty();
        References.Count.ShouldBeInRange(15, 25);
    }

    [Fact]
    public void Pure_rooms_have_the_banned_symbols_analyzer()
    {
        foreach (var room in new[] { "Core", "Modelling" })
        {
            Repository.Read($"shared/HospitalStreaming.{room}/HospitalStreaming.{room}.csproj").ShouldContain("BannedSymbols.txt");
        }
    }

    [GeneratedRegex("""<ProjectReference Include="[^"]*/([\w.]+)\.csproj" """)]
    private static partial Regex ProjectReference();
}
