using System.Diagnostics;
using System.Globalization;

namespace HospitalStreaming.Postgres.Embedded.Processes;

/// <summary>
/// Where the kernel has no parent-death signal (macOS, or Linux without util-linux): a shell that reads a pipe we hold open. When our process
/// ends, however it ends, the pipe closes and the shell stops the server. A line on the pipe tells it that the server ended in order.
/// </summary>
internal sealed class ParentWatch : IDisposable
{
    private readonly Process _shell;

    private ParentWatch(Process shell) => _shell = shell;

    /// <summary>Watches the server of that process id.</summary>
    public static ParentWatch Begin(int serverProcessId)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        // The shell ignores Ctrl-C, which a terminal sends to the whole group.
        start.ArgumentList.Add("trap '' INT TERM HUP; read ended || kill -INT \"$0\"");
        start.ArgumentList.Add(serverProcessId.ToString(CultureInfo.InvariantCulture));
        return new ParentWatch(Process.Start(start)!);
    }

    /// <summary>Ends the watch; the server has ended.</summary>
    public void Dispose()
    {
        try
        {
            _shell.StandardInput.WriteLine("ended");
            _shell.StandardInput.Close();
        }
        catch (IOException)
        {
            // The shell is gone already: nothing is left to watch.
        }

        _shell.Dispose();
    }
}
