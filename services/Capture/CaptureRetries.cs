using System.Net.Sockets;
using Confluent.Kafka;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Telemetry;
using Npgsql;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.Capture;

/// <summary>What is tried again: one policy for the database, one for the broker. Both go on for ever: nothing is lost by waiting.</summary>
internal static class CaptureRetries
{
    /// <summary>Wait before the first new try.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Builds the pipeline.</summary>
    /// <param name="meters">Counts the tries.</param>
    /// <param name="clock">Clock of the waits.</param>
    /// <param name="tell">Told of each failure.</param>
    public static ResiliencePipeline Build(LineMeters meters, TimeProvider clock, Action<Exception> tell) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(Policy("postgres", IsDatabase, meters, tell))
            .AddRetry(Policy("broker", IsBroker, meters, tell))
            .Build();

    /// <summary>Whether waiting may help.</summary>
    public static bool IsTransient(Exception failure) => IsDatabase(failure) || IsBroker(failure);

    private static bool IsDatabase(Exception failure) => failure is NpgsqlException or SocketException or IOException or TimeoutException;

    // Too large stays too large: sending it for ever would only repeat what stands before it.
    private static bool IsBroker(Exception failure) => failure is KafkaException kafka && kafka.Error.Code is not (ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidRecord);

    private static RetryStrategyOptions Policy(string kind, Func<Exception, bool> handles, LineMeters meters, Action<Exception> tell) => new()
    {
        Name = kind,
        ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } failure && handles(failure)),
        MaxRetryAttempts = int.MaxValue,
        Delay = FirstWait,
        MaxDelay = LongestWait,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        OnRetry = arguments =>
        {
            meters.Retried(RoleNames.Capture, kind);
            tell(arguments.Outcome.Exception!);
            return ValueTask.CompletedTask;
        },
    };
}
