using System.Globalization;

namespace HospitalStreaming.Bench.Warehouse;

/// <summary>CPU time of a PostgreSQL server: its first process, that one's children, and those that have ended.</summary>
internal static class ServerCpu
{
    private const double TicksPerSecond = 100;

    internal static TimeSpan Of(int server)
    {
        long ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            if (FieldsOf(folder) is not { } fields)
            {
                continue;
            }

            if (Path.GetFileName(folder) == server.ToString(CultureInfo.InvariantCulture))
            {
                ticks += fields[11..15].Sum(Number);
            }
            else if (Number(fields[1]) == server)
            {
                ticks += fields[11..13].Sum(Number);
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);

    // What stands behind the process's name, which may hold spaces; null for one that has just ended.
    private static string[]? FieldsOf(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
