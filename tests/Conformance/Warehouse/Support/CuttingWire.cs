using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Tests.Support.Servers;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>
/// Stands before PostgreSQL and cuts its client off for good at one of the requests it sends: either that never arrives, or the server has it, answers,
/// and the answer is lost.
/// </summary>
internal sealed class CuttingWire : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly IPEndPoint _server;
    private int _left = int.MaxValue;
    private bool _lose;

    public CuttingWire(string host, int port)
    {
        _server = new IPEndPoint(IPAddress.Parse(host), port);
        _listener.Start();
        _ = Accepting.RunAsync(_listener, ServeAsync, _ending.Token);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public bool Cut => Volatile.Read(ref _left) <= 0;

    /// <summary>Cuts at this request from now on, counted from 1; with <paramref name="lose"/> the server still gets it.</summary>
    public void CutAt(int request, bool lose) => (_lose, _left) = (lose, request);

    public void Dispose()
    {
        _ending.Cancel();
        _listener.Stop();
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient { NoDelay = true };
        if (Cut)
        {
            return;
        }

        try
        {
            await server.ConnectAsync(_server, _ending.Token);
            client.NoDelay = true;
            await Task.WhenAny(RequestsAsync(client.GetStream(), server.GetStream()), AnswersAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception end) when (end is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }

    private async Task RequestsAsync(NetworkStream client, NetworkStream server)
    {
        var buffer = new byte[64 * 1024];
        while (await client.ReadAsync(buffer, _ending.Token) is var read and > 0)
        {
            var last = Interlocked.Decrement(ref _left) == 0;
            if (Cut && !(last && _lose))
            {
                return;
            }

            await server.WriteAsync(buffer.AsMemory(0, read), _ending.Token);
        }
    }

    private async Task AnswersAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[64 * 1024];
        while (await server.ReadAsync(buffer, _ending.Token) is var read and > 0 && !Cut)
        {
            await client.WriteAsync(buffer.AsMemory(0, read), _ending.Token);
        }
    }
}
