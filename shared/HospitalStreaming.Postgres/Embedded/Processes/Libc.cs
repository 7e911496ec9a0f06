using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace HospitalStreaming.Postgres.Embedded.Processes;

/// <summary>The few C library calls .NET has no name for.</summary>
internal static partial class Libc
{
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;

    private const int CurrentFolder = -100;
    private const int WantOwner = 8;
    private const int OwnerAt = 20;

    /// <summary>Sends a signal; true if the process was there to take it.</summary>
    public static bool Signal(int processId, int signal) => Kill(processId, signal) == 0;

    /// <summary>Gives a file or folder (a link itself, not its target) to a user. Only root may.</summary>
    public static void Own(string path, uint user, uint group)
    {
        if (ChangeOwner(path, user, group) != 0)
        {
            throw new IOException($"cannot give {path} to user id {user} (error {Marshal.GetLastPInvokeError()})");
        }
    }

    /// <summary>User id that owns a path; null where it is missing. Linux only.</summary>
    public static uint? OwnerOf(string path)
    {
        Span<byte> facts = stackalloc byte[256];
        return Stat(CurrentFolder, path, 0, WantOwner, facts) == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(facts[OwnerAt..]) : null;
    }

    /// <summary>The path with all links resolved, as the kernel shows it in /proc; null where it is missing.</summary>
    public static string? Resolve(string path)
    {
        var text = RealPath(path, 0);
        try
        {
            return Marshal.PtrToStringUTF8(text);
        }
        finally
        {
            Free(text);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int folder, string path, int flags, uint mask, Span<byte> facts);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void Free(nint pointer);
}
