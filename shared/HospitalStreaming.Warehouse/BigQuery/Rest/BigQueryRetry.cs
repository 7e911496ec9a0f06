using System.Net;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace HospitalStreaming.Warehouse.BigQuery.Rest;

/// <summary>
/// What BigQuery asks to retry: 429, 5xx, 403 rateLimitExceeded, and broken or silent connections. Every request here may be repeated: queries and
/// load jobs carry an id of ours or are guarded by what they compare. Waits are exponential with full jitter.
/// </summary>
internal static class BigQueryRetry
{
    private const int Attempts = 7;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(32);

    /// <summary>Longest time of one attempt; a query that takes longer answers "not complete" after ten seconds.</summary>
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(120);

    internal static ResiliencePipeline<HttpResponseMessage> Pipeline(TimeSpan firstWait, TimeProvider clock, Func<double> chance, Action<string> onRetry) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = async arguments => await IsTransientAsync(arguments.Outcome),
                MaxRetryAttempts = Attempts - 1,
                DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(
                    TimeSpan.FromTicks((long)(Math.Min(LongestWait.Ticks, firstWait.Ticks * Math.Pow(2, arguments.AttemptNumber)) * chance()))),
                OnRetry = arguments =>
                {
                    onRetry(arguments.Outcome.Result is { } response ? $"{(int)response.StatusCode}" : arguments.Outcome.Exception!.GetType().Name);
                    arguments.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = AttemptLimit })
            .Build();

    private static async ValueTask<bool> IsTransientAsync(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } => true,
        { Result: { StatusCode: HttpStatusCode.Forbidden } response } =>
            (await response.Content.ReadAsStringAsync()).Contains("rateLimitExceeded", StringComparison.OrdinalIgnoreCase),
        { Exception: HttpRequestException or IOException or TimeoutRejectedException } => true,
        _ => false,
    };
}
