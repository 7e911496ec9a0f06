using Google.Apis.Http;

namespace HospitalStreaming.Tests.Unit.Lake.Gcs;

/// <summary>A network that answers from a script and keeps what was asked.</summary>
internal sealed class ScriptedTransport(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpClientFactory
{
    private readonly Queue<Func<HttpRequestMessage, HttpResponseMessage>> _answers = new(answers);

    public List<(string Method, Uri Uri, string Body)> Asked { get; } = [];

    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Handler(this);

    private sealed class Handler(ScriptedTransport owner) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken);
            owner.Asked.Add((request.Method.Method, request.RequestUri!, body));
            var response = owner._answers.Dequeue()(request);
            response.RequestMessage = request;
            return response;
        }
    }
}
