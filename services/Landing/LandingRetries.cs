using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Telemetry;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.Landing;

/// <summary>What is tried again with the batch in hand: one policy a kind of failure. All go on for ever: nothing is lost by waiting.</summary>
internal static class LandingRetries
{
    /// <summary>Builds the pipeline.</summary>
    /// <param name="meters">Counts the tries.</param>
    /// <param name="clock">Clock of the waits.</param>
    /// <param name="tell">Told of each failure.</param>
    public static ResiliencePipeline Build(LineMeters meters, TimeProvider clock, Action<Exception> tell)
    {
        return new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(Policy(FailureKind.Resources, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15)))
            .AddRetry(Policy(FailureKind.Connection, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3)))
            .AddRetry(Policy(FailureKind.Conflict, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1)))
            .Build();

        RetryStrategyOptions Policy(FailureKind kind, TimeSpan first, TimeSpan longest) => new()
        {
            Name = kind.ToString(),
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } failure && LandingFailures.KindOf(failure) == kind),
            MaxRetryAttempts = int.MaxValue,
            Delay = first,
            MaxDelay = longest,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            OnRetry = arguments =>
            {
                meters.Retried(RoleNames.Landing, "postgres-" + kind.ToString().ToLowerInvariant());
                tell(arguments.Outcome.Exception!);
                return ValueTask.CompletedTask;
            },
        };
    }
}
