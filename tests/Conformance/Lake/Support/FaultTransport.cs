using System.Collections.Concurrent;
using System.Net;
using Google.Apis.Http;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>A way to the network on which scripted requests go wrong. It counts what fired: a fault that did not fire proves nothing.</summary>
public sealed class FaultTransport : HttpClientFactory
{
    private readonly ConcurrentQueue<Fault> _script = new();

    /// <summary>Faults that fired.</summary>
    public int Fired { get; private set; }

    /// <summary>Requests that reached the server whole.</summary>
    public int Forwarded { get; private set; }

    /// <summary>Adds to the script: the next requests go wrong in this order, later ones go well.</summary>
    public void Next(params Fault[] faults)
    {
        foreach (var fault in faults)
        {
            _script.Enqueue(fault);
        }
    }

    /// <inheritdoc/>
    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new Handler(this, base.CreateHandler(args));

    private sealed class Handler(FaultTransport owner, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!owner._script.TryDequeue(out var fault))
            {
                owner.Forwarded++;
                return await base.SendAsync(request, cancellationToken);
            }

            owner.Fired++;
            if (fault.At == FaultPlace.Start)
            {
                return Fail(request, fault);
            }

            var upload = request.Method == HttpMethod.Post;
            if (upload && fault.At == FaultPlace.Middle)
            {
                // Half a body with the whole's length: the server must not keep it.
                var whole = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
                var half = new StreamContent(new BreakingStream(whole[..(whole.Length / 2)]));
                half.Headers.ContentType = request.Content.Headers.ContentType;
                half.Headers.ContentLength = whole.Length;
                request.Content = half;
                try
                {
                    using var refused = await base.SendAsync(request, cancellationToken);
                }
                catch (HttpRequestException)
                {
                    // As meant.
                }

                return Fail(request, fault);
            }

            owner.Forwarded++;
            var response = await base.SendAsync(request, cancellationToken);
            if (!upload && fault.At == FaultPlace.Middle && fault.Status is null)
            {
                var whole = await response.Content.ReadAsByteArrayAsync(cancellationToken);
                response.Content = new StreamContent(new BreakingStream(whole[..(whole.Length / 2)]));
                return response;
            }

            response.Dispose();
            return Fail(request, fault);
        }

        private static HttpResponseMessage Fail(HttpRequestMessage request, Fault fault) => fault.Status is { } status
            ? new HttpResponseMessage((HttpStatusCode)status) { RequestMessage = request, Content = new StringContent("{\"error\":{\"code\":1,\"message\":\"scripted\"}}") }
            : throw new HttpRequestException("scripted reset", new IOException("connection reset by peer"));
    }

    private sealed class BreakingStream(byte[] half) : MemoryStream(half)
    {
        public override int Read(Span<byte> buffer) => Position < Length ? base.Read(buffer) : throw new IOException("scripted break");

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? await base.ReadAsync(buffer, cancellationToken) : throw new IOException("scripted break");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => CopyAsync(destination, cancellationToken);

        private async Task CopyAsync(Stream destination, CancellationToken cancellationToken)
        {
            await destination.WriteAsync(ToArray(), cancellationToken);
            throw new IOException("scripted break");
        }
    }
}
