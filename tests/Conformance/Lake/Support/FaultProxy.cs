using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HospitalStreaming.Tests.Support.Servers;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>
/// An HTTP proxy on which scripted requests go wrong: refused, broken off half-way, or carried out with the reply dropped. It counts what fired:
/// a fault that did not fire proves nothing. With a guard it also keeps the service's rules that the stand-in breaks.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly Uri _server;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, AllowAutoRedirect = false });
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<Fault> _script = new();
    private readonly IProxyGuard? _guard;
    private int _fired;

    internal FaultProxy(Uri server, Func<Func<ProxiedRequest, Task<ProxiedResponse>>, IProxyGuard>? guard = null)
    {
        _server = server;
        _listener.Start();
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/"));
        _guard = guard?.Invoke(ForwardAsync);
        _ = Accepting.RunAsync(_listener, ServeAsync, _ending.Token);
    }

    internal Uri Address { get; }

    /// <summary>Faults that fired.</summary>
    internal int Fired => Volatile.Read(ref _fired);

    /// <summary>Which requests the script is for. Default: all.</summary>
    internal Func<ProxiedRequest, bool> Strikes { get; set; } = static _ => true;

    /// <summary>Decides request by request, instead of a script.</summary>
    internal Func<ProxiedRequest, Fault?>? Choose { get; set; }

    /// <summary>What a request waits for before anything happens to it.</summary>
    internal Func<ProxiedRequest, Task>? Hold { get; set; }

    /// <summary>Requests as they came.</summary>
    internal ConcurrentQueue<ProxiedRequest> Seen { get; } = new();

    /// <summary>Adds to the script: the next requests go wrong in this order, later ones go well.</summary>
    internal void Next(params Fault[] faults)
    {
        foreach (var fault in faults)
        {
            _script.Enqueue(fault);
        }
    }

    public ValueTask DisposeAsync()
    {
        _ending.Cancel();
        _listener.Stop();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var _ = connection;
        connection.NoDelay = true;
        try
        {
            var wire = new HttpWire(connection.GetStream());
            while (await wire.ReadAsync(_ending.Token) is { } request)
            {
                Seen.Enqueue(request with { Body = [] });
                if (!await AnswerAsync(connection, wire, request))
                {
                    return;
                }
            }
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SocketException or HttpRequestException or ObjectDisposedException)
        {
            // The other side is gone.
        }
    }

    /// <summary>False where the connection is over.</summary>
    private async Task<bool> AnswerAsync(TcpClient connection, HttpWire wire, ProxiedRequest request)
    {
        if (Hold is { } hold)
        {
            await hold(request);
        }

        if (FaultFor(request) is not { } fault)
        {
            await wire.WriteAsync(await CarryOutAsync(request), _ending.Token);
            return true;
        }

        Interlocked.Increment(ref _fired);
        ProxiedResponse? real = null;
        if (fault.At == FaultPlace.End || (fault.At == FaultPlace.Middle && !request.IsUpload))
        {
            real = await CarryOutAsync(request);
        }
        else if (fault.At == FaultPlace.Middle)
        {
            await HalfAsync(request);
        }

        if (fault.Status is { } status)
        {
            var headers = fault.RetryAfterSeconds is { } seconds ? new[] { new KeyValuePair<string, string>("Retry-After", seconds.ToString(CultureInfo.InvariantCulture)) } : [];
            await wire.WriteAsync(new ProxiedResponse(status, headers, Encoding.ASCII.GetBytes($$$"""{"error":{"code":{{{status}}},"errors":[{"reason":"{{{fault.Reason}}}"}],"message":"scripted"}}""")), _ending.Token);
            return true;
        }

        if (fault.At == FaultPlace.Middle && real is not null)
        {
            await wire.WriteHalfAsync(real, _ending.Token);
        }

        connection.LingerState = new LingerOption(true, 0);
        return false;
    }

    private Fault? FaultFor(ProxiedRequest request) =>
        Choose is { } choose ? choose(request)
        : Strikes(request) && _script.TryDequeue(out var fault) ? fault
        : null;

    private Task<ProxiedResponse> CarryOutAsync(ProxiedRequest request) => _guard?.Takes(request) == true ? _guard.CarryOutAsync(request) : ForwardAsync(request);

    /// <summary>Half a body under the whole's length: the server must not keep it.</summary>
    private async Task HalfAsync(ProxiedRequest request)
    {
        if (_guard?.TakesHalf(request) == true)
        {
            return;
        }

        using var broken = new TcpClient();
        await broken.ConnectAsync(_server.Host, _server.Port, _ending.Token);
        var stream = broken.GetStream();
        await stream.WriteAsync(HttpWire.Head(request with { Headers = [.. request.Headers.Where(header => header.Key != "Host"), new("Host", _server.Authority)] }), _ending.Token);
        await stream.WriteAsync(request.Body.AsMemory(0, request.Body.Length / 2), _ending.Token);
        broken.LingerState = new LingerOption(true, 0);
    }

    private async Task<ProxiedResponse> ForwardAsync(ProxiedRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_server, request.Target));
        message.Content = request.Body.Length > 0 || request.Method is "POST" or "PUT" ? new ByteArrayContent(request.Body) : null;
        foreach (var (name, value) in request.Headers.Where(header => header.Key is not ("Host" or "Connection" or "Content-Length" or "Transfer-Encoding")))
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await _client.SendAsync(message, _ending.Token);
        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key is not ("Transfer-Encoding" or "Content-Length" or "Connection" or "Date"))
            .Select(header => new KeyValuePair<string, string>(header.Key, Rebased(header.Key, string.Join(", ", header.Value))));
        return new ProxiedResponse((int)response.StatusCode, [.. headers], await response.Content.ReadAsByteArrayAsync(_ending.Token));
    }

    /// <summary>An upload session's address must lead through here too.</summary>
    private string Rebased(string header, string value) => header == "Location" ? new Uri(Address, new Uri(value).PathAndQuery).AbsoluteUri : value;
}
