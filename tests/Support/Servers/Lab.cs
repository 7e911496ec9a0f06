using System.Diagnostics;
using Xunit;

namespace HospitalStreaming.Tests.Support.Servers;

/// <summary>Where the real servers for tests are: HOSPITAL_LAB, or ../shared/lab beside the checkout.</summary>
internal static class Lab
{
    public static string? Folder { get; } = Find();

    /// <summary>The lab's command.</summary>
    public static string Command => Path.Combine(Folder!, "lab");

    public static void SkipWhenAbsent()
    {
        if (Folder is null)
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") is null, "The lab is not here: set HOSPITAL_LAB to its folder.");
            Assert.Fail("The lab is not here, and CI must run every test: set HOSPITAL_LAB to its folder.");
        }
    }

    /// <summary>Unpacks a program of the lab and returns its path.</summary>
    public static string Program(string name)
    {
        SkipWhenAbsent();
        using var lab = Process.Start(new ProcessStartInfo(Command, ["bin", name]) { RedirectStandardOutput = true })!;
        var path = lab.StandardOutput.ReadToEnd().Trim();
        lab.WaitForExit();
        return lab.ExitCode == 0 ? path : throw new InvalidOperationException($"lab bin {name} failed");
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("HOSPITAL_LAB") is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HospitalStreaming.sln")))
            {
                var beside = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "lab"));
                return File.Exists(Path.Combine(beside, "lab")) ? beside : null;
            }
        }

        return null;
    }
}
