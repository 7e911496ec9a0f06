using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HospitalStreaming.Postgres.Embedded.Binaries;

/// <summary>
/// As root with a checkout below a 0700 home, the unprivileged user cannot reach npm's folder. The programs (no state) are then copied once,
/// owned by root, to a folder named by what they are.
/// </summary>
internal static class ReachableCopy
{
    /// <summary>Where system-wide caches live.</summary>
    public const string Root = "/var/cache/hospital-streaming";

    /// <summary>The copy's native folder; made where missing.</summary>
    public static string Of(string native)
    {
        var wanted = Path.Combine(Root, "postgres-" + Fingerprint(native));
        if (Directory.Exists(wanted))
        {
            return wanted;
        }

        // Complete under another name first: a copy cut short must never look whole.
        var draft = Path.Combine(Root, "draft-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        try
        {
            if (Directory.Exists(draft))
            {
                Directory.Delete(draft, recursive: true);
            }

            Copy(native, draft);
            File.SetUnixFileMode(Root, Open);
            Directory.Move(draft, wanted);
        }
        catch (IOException) when (Directory.Exists(wanted))
        {
            // Another start made it meanwhile.
            Directory.Delete(draft, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL's programs lie where its unprivileged user cannot reach them, and copying them to {Root} failed ({failure.Message}): make room there, run as a normal user, or set Postgres:Binaries",
                failure);
        }

        return wanted;
    }

    private const UnixFileMode Open =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static string Fingerprint(string native)
    {
        var text = new StringBuilder();
        foreach (var file in new DirectoryInfo(native).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(native, file.FullName)} {file.Length} {file.LinkTarget}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        File.SetUnixFileMode(to, Open);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(target, link);
            }
            else if (entry is DirectoryInfo)
            {
                Copy(entry.FullName, target);
            }
            else
            {
                File.Copy(entry.FullName, target);
                File.SetUnixFileMode(target, File.GetUnixFileMode(target) | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            }
        }
    }
}
