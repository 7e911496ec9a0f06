using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HospitalStreaming.Tests.Support.Servers;
using Npgsql;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>
/// Stands before PostgreSQL, reads the messages of its protocol as they pass (https://www.postgresql.org/docs/current/protocol-message-formats.html),
/// and ends a client's process at one of them.
/// </summary>
internal sealed class PostgresTap : IDisposable
{
    private const int HeadBytes = 5;
    private const int ShownBytes = 2_000;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly NpgsqlConnectionStringBuilder _server;

    /// <param name="server">Connection string of the server.</param>
    public PostgresTap(string server)
    {
        _server = new NpgsqlConnectionStringBuilder(server);
        _listener.Start();
        _ = Accepting.RunAsync(_listener, ServeAsync, _ending.Token);
    }

    /// <summary>Connection string of the server through this.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server.ConnectionString)
    {
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Asked about each message of a client, with its type, its text and whether a load is open on its connection.</summary>
    public Func<char, string, bool, WireCut> Chooses { get; set; } = static (_, _, _) => WireCut.None;

    /// <summary>Ends the client.</summary>
    public Action Strike { get; set; } = static () => { };

    public void Dispose()
    {
        _ending.Cancel();
        _listener.Stop();
    }

    /// <summary>Whether a message makes the claim: the first statement of a load.</summary>
    internal static bool IsClaim(string text) => text.Contains(".loads (loaded_at", StringComparison.Ordinal);

    /// <summary>Whether a message commits.</summary>
    internal static bool IsCommit(char type, string text) => type == 'Q' && text.StartsWith("COMMIT", StringComparison.Ordinal);

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient { NoDelay = true };
        try
        {
            await server.ConnectAsync(IPEndPoint.Parse(string.Create(CultureInfo.InvariantCulture, $"{_server.Host}:{_server.Port}")), _ending.Token);
            client.NoDelay = true;
            var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await Task.WhenAny(RequestsAsync(client.GetStream(), server.GetStream(), cut), AnswersAsync(server.GetStream(), client.GetStream(), cut));
        }
        catch (Exception end) when (end is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }

    private async Task RequestsAsync(NetworkStream client, NetworkStream server, TaskCompletionSource cut)
    {
        // The first message has no type.
        if (await ReadAsync(client, typed: false) is { } hello)
        {
            await server.WriteAsync(hello, _ending.Token);
        }

        var loading = false;
        while (await ReadAsync(client, typed: true) is { } message)
        {
            var (type, text) = ((char)message[0], Encoding.UTF8.GetString(message, HeadBytes, Math.Min(message.Length - HeadBytes, ShownBytes)));
            var decided = Chooses(type, text, loading);
            loading = (loading || IsClaim(text)) && !IsCommit(type, text);
            if (decided is WireCut.Never or WireCut.Half)
            {
                Strike();
                await server.WriteAsync(message.AsMemory(0, decided == WireCut.Half ? message.Length / 2 : 0), _ending.Token);
                return;
            }

            if (decided == WireCut.Answer)
            {
                cut.SetResult();
            }

            await server.WriteAsync(message, _ending.Token);
        }
    }

    private async Task AnswersAsync(NetworkStream server, NetworkStream client, TaskCompletionSource cut)
    {
        var buffer = new byte[64 * 1024];
        while (await server.ReadAsync(buffer, _ending.Token) is var read and > 0)
        {
            if (cut.Task.IsCompleted)
            {
                Strike();
                return;
            }

            await client.WriteAsync(buffer.AsMemory(0, read), _ending.Token);
        }
    }

    /// <summary>The next message, whole; null where the client is gone.</summary>
    private async Task<byte[]?> ReadAsync(NetworkStream stream, bool typed)
    {
        var type = typed ? 1 : 0;
        var head = new byte[type + 4];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, _ending.Token) < head.Length)
        {
            return null;
        }

        // The length counts itself, and not the type.
        var message = new byte[type + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(type))];
        head.CopyTo(message, 0);
        await stream.ReadExactlyAsync(message.AsMemory(head.Length), _ending.Token);
        return message;
    }
}
