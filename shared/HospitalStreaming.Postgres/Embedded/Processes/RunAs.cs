using System.Globalization;

namespace HospitalStreaming.Postgres.Embedded.Processes;

/// <summary>An unprivileged user of this machine. PostgreSQL refuses root, and initdb wants a user with an entry in /etc/passwd.</summary>
/// <param name="Name">Name in /etc/passwd.</param>
/// <param name="User">User id.</param>
/// <param name="Group">Primary group id.</param>
internal sealed record RunAs(string Name, uint User, uint Group)
{
    private static readonly string[] Preferred = ["hospital", "postgres", "nobody"];

    /// <summary>The user for a server, or null where we are not root and it runs as ourselves.</summary>
    /// <param name="configured">Name to use, or null to choose.</param>
    /// <param name="owner">User id that owns the existing data folder, or null: it keeps its owner unless configured otherwise.</param>
    public static RunAs? Choose(string? configured, uint? owner)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        var users = File.ReadLines("/etc/passwd").Select(Parse).OfType<RunAs>().Where(user => user.User != 0).ToList();
        return configured is not null
            ? users.Find(user => user.Name == configured)
                ?? throw new EmbeddedPostgresException($"PostgreSQL cannot run as '{configured}': no such unprivileged user; correct Postgres:RunAsUser or leave it empty")
            : users.Find(user => user.User == owner)
                ?? Preferred.Select(name => users.Find(user => user.Name == name)).OfType<RunAs>().FirstOrDefault()
                ?? throw new EmbeddedPostgresException("PostgreSQL does not run as root and this machine has no user hospital, postgres or nobody: name one in Postgres:RunAsUser");
    }

    internal static RunAs? Parse(string line)
    {
        var fields = line.Split(':');
        return fields.Length >= 4
            && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var group)
            ? new RunAs(fields[0], user, group)
            : null;
    }
}
