using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace HospitalStreaming.Lake.Gcs;

/// <summary>
/// Google's table of what to retry: 408, 429, 500, 502, 503, 504, and broken or silent connections
/// (https://cloud.google.com/storage/docs/retry-strategy). Every request here may be repeated: reads change nothing, and
/// writes name the generation they expect. Waits are exponential with full jitter, and at least what Retry-After asks; each attempt has a time limit.
/// </summary>
internal static class GcsRetry
{
    private const int Attempts = 7;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(32);

    /// <summary>The pipeline that every request goes through.</summary>
    /// <param name="attemptLimit">Longest time of one attempt.</param>
    /// <param name="firstWait">Upper end of the first wait; doubled with each.</param>
    /// <param name="clock">Runs the waits.</param>
    /// <param name="chance">A number from 0 up to 1.</param>
    /// <param name="onRetry">Told what failed.</param>
    internal static ResiliencePipeline<HttpResponseMessage> Pipeline(
        TimeSpan attemptLimit, TimeSpan firstWait, TimeProvider clock, Func<double> chance, Action<string> onRetry) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
                MaxRetryAttempts = Attempts - 1,
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(
                    WaitBefore(arguments.AttemptNumber, firstWait, chance(), RetryAfter(arguments.Outcome.Result, clock))),
                OnRetry = arguments =>
                {
                    onRetry(Describe(arguments.Outcome));
                    arguments.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = attemptLimit })
            .Build();

    /// <summary>How long to wait before another attempt.</summary>
    /// <param name="attempt">0 after the first attempt.</param>
    /// <param name="firstWait">Upper end of the first wait.</param>
    /// <param name="chance">A number from 0 up to 1.</param>
    /// <param name="retryAfter">What the service asked for.</param>
    internal static TimeSpan WaitBefore(int attempt, TimeSpan firstWait, double chance, TimeSpan? retryAfter)
    {
        var ceiling = TimeSpan.FromTicks((long)Math.Min(LongestWait.Ticks, firstWait.Ticks * Math.Pow(2, attempt)));
        var wait = ceiling * chance;
        return retryAfter is { } asked && asked > wait ? (asked < LongestWait ? asked : LongestWait) : wait;
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        {
            Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        } => true,
        { Exception: HttpRequestException or IOException or TimeoutRejectedException or AlteredOnTheWayException } => true,
        _ => false,
    };

    private static string Describe(Outcome<HttpResponseMessage> outcome) =>
        outcome.Result is { } response ? $"{(int)response.StatusCode}" : outcome.Exception!.GetType().Name;

    private static TimeSpan? RetryAfter(HttpResponseMessage? response, TimeProvider clock) => response?.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };
}
