using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HospitalStreaming.Tests.Support.Servers;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>
/// Stands between a client and a Kafka broker on loopback, and leads the client back to itself (the broker's address in its answers becomes this
/// one's). Frames pass as they are; an offset commit is shown first, and may be kept from the broker.
/// </summary>
internal sealed class KafkaProxy : IAsyncDisposable
{
    private const short Metadata = 3;
    private const short OffsetCommit = 8;
    private const short FindCoordinator = 10;

    /// <summary>What a client asks its group's coordinator: OffsetCommit, OffsetFetch, JoinGroup, Heartbeat, LeaveGroup, SyncGroup.</summary>
    private static readonly short[] OfTheGroup = [OffsetCommit, 9, 11, 12, 13, 14];

    private static readonly byte[] Host = "127.0.0.1"u8.ToArray();
    private readonly IPEndPoint _broker;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private int _turnedAway;

    internal KafkaProxy(string broker)
    {
        _broker = IPEndPoint.Parse(broker);
        _listener.Start();
        _ = Accepting.RunAsync(_listener, ServeAsync, _ending.Token);
    }

    internal string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Asked at each offset commit before it goes on; false keeps it from the broker, and it is never answered.</summary>
    internal Func<bool> Passes { get; set; } = static () => true;

    /// <summary>Ends each connection that asks the group's coordinator for something; records are fetched on another one, and go on.</summary>
    internal bool KeepsCoordinatorAway { get; set; }

    /// <summary>Requests to the coordinator that never arrived.</summary>
    internal int TurnedAway => Volatile.Read(ref _turnedAway);

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Takes a member out of its group, as the broker itself does when a session runs out (LeaveGroup, version 2).</summary>
    internal static async Task EvictAsync(string broker, string group, string member, CancellationToken cancellation)
    {
        var request = new MemoryStream();
        Number(request, (short)13);
        Number(request, (short)2);
        request.Write([0, 0, 0, 1]);
        foreach (var text in new[] { "eviction", group, member })
        {
            Number(request, (short)text.Length);
            request.Write(Encoding.ASCII.GetBytes(text));
        }

        using var connection = new TcpClient();
        await connection.ConnectAsync(IPEndPoint.Parse(broker), cancellation);
        var stream = connection.GetStream();
        await WriteAsync(stream, request.ToArray(), cancellation);
        _ = await ReadAsync(stream, cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _ending.Cancel();
        _listener.Stop();
        return ValueTask.CompletedTask;
    }

    private static void Number(Stream stream, short number)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteInt16BigEndian(bytes, number);
        stream.Write(bytes);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(_broker, _ending.Token);
            (client.NoDelay, server.NoDelay) = (true, true);
            var naming = new ConcurrentDictionary<int, bool>();
            await Task.WhenAny(RequestsAsync(client.GetStream(), server.GetStream(), naming), AnswersAsync(server.GetStream(), client.GetStream(), naming));
        }
        catch (Exception end) when (end is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }

    private async Task RequestsAsync(NetworkStream client, NetworkStream server, ConcurrentDictionary<int, bool> naming)
    {
        while (await ReadAsync(client, _ending.Token) is { } frame)
        {
            var api = BinaryPrimitives.ReadInt16BigEndian(frame);
            if (KeepsCoordinatorAway && OfTheGroup.Contains(api))
            {
                Interlocked.Increment(ref _turnedAway);
                return;
            }

            if (api is Metadata or FindCoordinator)
            {
                naming[BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4))] = true;
            }

            if (api != OffsetCommit || Passes())
            {
                await WriteAsync(server, frame, _ending.Token);
            }
        }
    }

    private async Task AnswersAsync(NetworkStream server, NetworkStream client, ConcurrentDictionary<int, bool> naming)
    {
        while (await ReadAsync(server, _ending.Token) is { } frame)
        {
            if (naming.TryRemove(BinaryPrimitives.ReadInt32BigEndian(frame), out _))
            {
                Rename(frame);
            }

            await WriteAsync(client, frame, _ending.Token);
        }
    }

    /// <summary>The port follows the host as four bytes, in every version.</summary>
    private void Rename(byte[] frame)
    {
        for (var at = 0; frame.AsSpan(at).IndexOf(Host) is var found and >= 0; at += found + Host.Length)
        {
            var port = frame.AsSpan(at + found + Host.Length);
            if (port.Length >= 4 && BinaryPrimitives.ReadInt32BigEndian(port) == _broker.Port)
            {
                BinaryPrimitives.WriteInt32BigEndian(port, Port);
            }
        }
    }

    private static async Task<byte[]?> ReadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var head = new byte[4];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) < head.Length)
        {
            return null;
        }

        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        await stream.ReadExactlyAsync(frame, cancellation);
        return frame;
    }

    private static async Task WriteAsync(NetworkStream stream, byte[] frame, CancellationToken cancellation)
    {
        var whole = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(whole, frame.Length);
        frame.CopyTo(whole, 4);
        await stream.WriteAsync(whole, cancellation);
    }
}
