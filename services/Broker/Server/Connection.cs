using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Broker.Protocol;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Broker.Server;

/// <summary>One client: requests are answered one after the other, in order, as Kafka does. What a client sends can end its own connection only.</summary>
internal sealed class Connection(Socket socket, Dispatcher dispatcher, BrokerOptions options, InFlightBudget budget, TimeProvider time, ILogger logger)
{
    public async Task RunAsync(CancellationToken stopping)
    {
        var client = socket.RemoteEndPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        try
        {
            socket.NoDelay = true;
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var frames = new FrameReader(stream, options, budget, time);
            using var response = new WireWriter();
            while (await frames.ReadAsync(stopping) is { } frame)
            {
                var request = await dispatcher.HandleAsync(frame, client.Address, response, stopping);
                if (request.CloseConnection)
                {
                    return;
                }
                if (!request.NoResponse)
                {
                    await SendAsync(response.Finish(), stream, stopping);
                }
            }
        }
        catch (MalformedRequestException error)
        {
            logger.LogWarning("Connection from {Client} closed: {Reason}", client, error.Message);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            logger.LogDebug("Connection from {Client} ended: {Reason}", client, error.Message);
        }
#pragma warning disable CA1031 // A fault in one request must not take the other connections with it.
        catch (Exception error)
        {
            logger.LogError(error, "Connection from {Client} closed after a fault", client);
        }
#pragma warning restore CA1031
        finally
        {
            socket.Dispose();
        }
    }

    // A large response goes out in one gathering send: fewer turns of the event loop than block by block.
    private async ValueTask SendAsync(List<ArraySegment<byte>> blocks, NetworkStream stream, CancellationToken stopping)
    {
        if (blocks.Count == 1)
        {
            await stream.WriteAsync(blocks[0], stopping);
            return;
        }
        await using var stop = stopping.Register(static s => ((Socket)s!).Dispose(), socket);
        await socket.SendAsync(blocks);
    }
}
