namespace HospitalStreaming.Postgres.Embedded;

/// <summary>Recognises a full disk.</summary>
internal static class DiskSpace
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Whether an I/O error means that the disk or quota is used up.</summary>
    public static bool IsGone(IOException failure) => (failure.HResult & 0xFFFF) is NoSpaceLeft or QuotaExceeded;

    /// <summary>Whether a program's message means so.</summary>
    public static bool IsGone(string message) =>
        message.Contains("No space left on device", StringComparison.Ordinal) || message.Contains("Disk quota exceeded", StringComparison.Ordinal);

    /// <summary>What to tell the user.</summary>
    public static string Message(string folder) => $"the disk of {folder} is full: make room there, or choose another state folder";
}
