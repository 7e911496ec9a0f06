using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>
/// Stands before BigQuery and cuts its client off at one request that changes something, for good: either that request never arrives, or only its
/// answer is lost. A client that dies while it reads leaves what one leaves that dies at its next change.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new();
    private readonly Uri _target;
    private readonly Task _serving;
    private int _left = int.MaxValue;
    private bool _lose;

    public CuttingProxy(Uri target)
    {
        _target = target;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Changes that came by.</summary>
    public int Changes { get; private set; }

    /// <summary>Whether it has cut.</summary>
    public bool Cut => _left <= 0;

    /// <summary>Cuts at this change from now on, counted from 1; with <paramref name="lose"/> the server still gets it.</summary>
    public void CutAt(int change, bool lose) => (_lose, _left) = (lose, change);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
        _client.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var answer = context.Response;
            await AnswerAsync(context.Request, answer);
        }
    }

    // 400 is not retried: the client gives up, as if its process had died there.
    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse answer)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        var dead = Cut;
        if (!dead && IsChange(request, body))
        {
            (_left, Changes) = (_left - 1, Changes + 1);
        }

        if (dead || (Cut && !_lose))
        {
            answer.StatusCode = (int)HttpStatusCode.BadRequest;
            return;
        }

        using var forwarded = new HttpRequestMessage(new HttpMethod(request.HttpMethod), new Uri(_target, request.RawUrl));
        if (request.HasEntityBody)
        {
            forwarded.Content = new ByteArrayContent(body.ToArray());
            forwarded.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        using var response = await _client.SendAsync(forwarded);
        answer.StatusCode = Cut ? (int)HttpStatusCode.BadRequest : (int)response.StatusCode;
        if (!Cut)
        {
            await response.Content.CopyToAsync(answer.OutputStream);
        }
    }

    private static bool IsChange(HttpListenerRequest request, MemoryStream body) =>
        request.HttpMethod != "GET" && !Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length).Contains("\"query\":\"SELECT", StringComparison.Ordinal);
}
