using System.Globalization;

namespace HospitalStreaming.Postgres.Embedded;

/// <summary>What a server writes into postmaster.pid of its data folder (PostgreSQL's miscadmin.h, lock file lines).</summary>
/// <param name="ProcessId">Process id of the server.</param>
/// <param name="Port">Port it listens on; 0 while it has not said.</param>
/// <param name="Ready">Whether it takes connections.</param>
internal sealed record PostmasterFile(int ProcessId, int Port, bool Ready)
{
    private const int PortLine = 3;
    private const int StatusLine = 7;

    /// <summary>Reads the file; null where there is none, or it is only half written.</summary>
    public static PostmasterFile? Read(string dataFolder)
    {
        try
        {
            return Parse(File.ReadAllLines(PathIn(dataFolder)));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Where it lies.</summary>
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    internal static PostmasterFile? Parse(string[] lines) =>
        lines.Length > 0 && int.TryParse(lines[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var processId)
            ? new PostmasterFile(
                Math.Abs(processId),
                lines.Length > PortLine && int.TryParse(lines[PortLine], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0,
                lines.Length > StatusLine && lines[StatusLine].Trim() == "ready")
            : null;
}
