using System.Net.Sockets;

namespace HospitalStreaming.Tests.Support.Servers;

/// <summary>The accepting half of a test's proxy.</summary>
internal static class Accepting
{
    /// <summary>Hands out connections until the listener is stopped or the token fires; each is served beside the others.</summary>
    public static async Task RunAsync(TcpListener listener, Func<TcpClient, Task> serve, CancellationToken ending)
    {
        try
        {
            while (true)
            {
                _ = serve(await listener.AcceptTcpClientAsync(ending));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
