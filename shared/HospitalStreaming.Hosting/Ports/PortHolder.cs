using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HospitalStreaming.Hosting.Ports;

/// <summary>Finds free ports on 127.0.0.1, and who holds a taken one.</summary>
public static class PortHolder
{
    private const string Listening = "0A";

    /// <summary>A port nobody listens on at this moment.</summary>
    public static int FindFree()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    /// <summary>Whether a server could listen on it now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var socket = new TcpListener(IPAddress.Loopback, port);
            socket.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>"postgres (process 123)", or null where it cannot be told: another user's process, or not Linux.</summary>
    public static string? Describe(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var inodes = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => InodeOf(line, port)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        if (inodes.Count == 0)
        {
            return null;
        }

        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                if (Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(file => new FileInfo(file).LinkTarget is { } target && inodes.Contains(target)))
                {
                    return $"{File.ReadAllText(Path.Combine(process, "comm")).Trim()} (process {Path.GetFileName(process)})";
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It ended, or is another user's: not one we can name.
            }
        }

        return null;
    }

    /// <summary>The socket link (as in /proc/PID/fd) of a line of /proc/net/tcp that listens on the port; null for other lines.</summary>
    internal static string? InodeOf(string line, int port)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 9 && fields[3] == Listening
            && fields[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal)
            ? $"socket:[{fields[9]}]"
            : null;
    }
}
