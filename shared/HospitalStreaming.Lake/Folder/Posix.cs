using System.ComponentModel;
using System.Runtime.InteropServices;

namespace HospitalStreaming.Lake.Folder;

/// <summary>The calls a durable create-only file needs and the base library lacks: link(2) and fsync(2) of a folder.</summary>
internal static class Posix
{
    private const int FileExists = 17;
    private const int ReadOnly = 0;

    /// <summary>Gives a file a second name, unless that name is taken; atomic among all processes.</summary>
    /// <returns>False where the name is taken.</returns>
    internal static bool TryLink(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            return CreateHardLink(to, from, 0) || (Marshal.GetLastPInvokeError() == 183 ? false : throw Failure("link", to));
        }

        return Link(from, to) == 0 || (Marshal.GetLastPInvokeError() == FileExists ? false : throw Failure("link", to));
    }

    /// <summary>Makes the names in a folder durable. Windows keeps names by itself.</summary>
    internal static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var closeOnExec = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;
        var handle = Open(path, ReadOnly | closeOnExec);
        if (handle < 0)
        {
            throw Failure("open", path);
        }

        try
        {
            if (Sync(handle) != 0)
            {
                throw Failure("fsync", path);
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failure(string call, string path)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{call} {path}: {new Win32Exception(code).Message}", code);
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLink(string to, string from, nint reserved);
}
