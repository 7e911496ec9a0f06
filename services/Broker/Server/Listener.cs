using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Hosting.Ports;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Server;

/// <summary>Accepts connections, up to a limit, until the broker stops.</summary>
internal sealed class Listener(BrokerOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private const int Backlog = 256;
    private readonly Socket _socket = new(options.ListenAddress.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<long, Task> _connections = [];
    private long _accepted;

    public int Connections => _connections.Count;

    /// <summary>Takes the port; throws <see cref="BrokerStartException"/> where it is taken.</summary>
    public int Bind()
    {
        try
        {
            // No ReuseAddress: .NET takes it to mean sharing the port with a second listener. A port just left by a killed broker binds without it.
            _socket.Bind(new IPEndPoint(options.ListenAddress, options.Port));
            _socket.Listen(Backlog);
            return ((IPEndPoint)_socket.LocalEndPoint!).Port;
        }
        catch (SocketException error)
        {
            throw new BrokerStartException(
                $"the broker cannot listen on {options.ListenAddress}:{options.Port} ({error.Message}{(PortHolder.Describe(options.Port) is { } holder ? $" by {holder}" : string.Empty)}): stop what uses it, or set another Port (0 takes a free one)", error);
        }
    }

    public async Task RunAsync(Dispatcher dispatcher, CancellationToken stopping)
    {
        var budget = new InFlightBudget(options.MaxInFlightBytes);
        while (!stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _socket.AcceptAsync(stopping);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException error)
            {
                // The client gave up, or file handles are short: neither may end the listener.
                logger.LogWarning("A connection could not be accepted: {Error}", error.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(10), time, CancellationToken.None);
                continue;
            }
            if (_connections.Count >= options.MaxConnections)
            {
                logger.LogWarning("A connection is refused: {Connections} are open, which is the limit", _connections.Count);
                socket.Dispose();
                continue;
            }
            Serve(new Connection(socket, dispatcher, options, budget, time, logger), stopping);
        }
        _socket.Dispose();
        await Task.WhenAll(_connections.Values);
    }

    public void Dispose() => _socket.Dispose();

    private void Serve(Connection connection, CancellationToken stopping)
    {
        var id = _accepted++;
        var served = new TaskCompletionSource();
        _connections[id] = served.Task;
        _ = Task.Run(
            async () =>
            {
                await connection.RunAsync(stopping);
                _connections.TryRemove(id, out _);
                served.SetResult();
            },
            CancellationToken.None);
    }
}
