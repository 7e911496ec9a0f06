using System.Net;
using System.Net.Sockets;

namespace HospitalStreaming.Tests.Conformance.Warehouse.Support;

/// <summary>Stands before a server and cuts its client off at one request, for good: either that request never arrives, or only its answer is lost.</summary>
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

    /// <summary>Whether it has cut.</summary>
    public bool Cut => _left <= 0;

    /// <summary>Cuts at this request from now on, counted from 1; with <paramref name="lose"/> the server still gets it.</summary>
    public void CutAt(int request, bool lose) => (_lose, _left) = (lose, request);

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
        _left--;
        if (_left < 0 || (Cut && !_lose))
        {
            answer.StatusCode = (int)HttpStatusCode.BadRequest;
            return;
        }

        using var forwarded = new HttpRequestMessage(new HttpMethod(request.HttpMethod), new Uri(_target, request.RawUrl));
        if (request.HasEntityBody)
        {
            forwarded.Content = new StreamContent(request.InputStream);
            forwarded.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        using var response = await _client.SendAsync(forwarded);
        answer.StatusCode = Cut ? (int)HttpStatusCode.BadRequest : (int)response.StatusCode;
        if (!Cut)
        {
            await response.Content.CopyToAsync(answer.OutputStream);
        }
    }
}
