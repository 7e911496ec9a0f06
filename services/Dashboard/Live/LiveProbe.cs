using HospitalStreaming.Dashboard.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>
/// A viewer of our own: one real HTTP connection to the live channel, as a browser has, so that commit to chart is measured when nobody looks.
/// </summary>
internal sealed partial class LiveProbe(IServer server, IHostApplicationLifetime lifetime, ProbeToken token, TimeProvider clock, ILogger<LiveProbe> log) : BackgroundService
{
    /// <summary>Longest silence on the channel; a line frame comes every second.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (lifetime.ApplicationStarted.Register(() => started.TrySetResult()))
            {
                await started.Task.WaitAsync(stoppingToken);
            }

            var retry = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(_ => !stoppingToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = TimeSpan.FromSeconds(10),
                OnRetry = retrying =>
                {
                    if (retrying.AttemptNumber is 0 or 10)
                    {
                        Failed(log, retrying.Outcome.Exception!.GetType().Name);
                    }

                    return default;
                },
            }).Build();
            while (Address() is { } address)
            {
                await retry.ExecuteAsync(async cancellation => await ListenAsync(address, cancellation), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <summary>Where this server listens, by an address it can reach itself; null where it has no socket (an in-memory test server).</summary>
    private Uri? Address()
    {
        var text = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault(address => address.StartsWith("http://", StringComparison.Ordinal));
        return text is null
            ? null
            : new Uri(new Uri(text.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal)), LiveEndpoint.Path);
    }

    private async Task ListenAsync(Uri address, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add(ProbeToken.Header, token.Value);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[16 * 1024];
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Silence);
            if (await stream.ReadAsync(buffer, limit.Token) == 0)
            {
                throw new IOException("The live channel ended.");
            }
        }
    }

    [LoggerMessage(7011, LogLevel.Information, "The dashboard's own live channel was interrupted ({Failure}); opening it again")]
    private static partial void Failed(ILogger log, string failure);
}
