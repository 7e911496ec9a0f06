using Google.Apis.Http;

namespace HospitalStreaming.Tests.Unit.Lake.Gcs;

/// <summary>A network that never answers.</summary>
internal sealed class HangingTransport : HttpClientFactory
{
    public int Attempts { get; private set; }

    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Handler(this);

    private sealed class Handler(HangingTransport owner) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            owner.Attempts++;
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("waited for ever");
        }
    }
}
