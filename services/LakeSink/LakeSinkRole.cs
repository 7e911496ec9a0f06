using Confluent.Kafka;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.LakeSink.Lanes;
using HospitalStreaming.LakeSink.Settings;
using HospitalStreaming.LakeSink.Topics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.LakeSink;

/// <summary>Consumes the change topics into the lake; begins anew after whatever failed, as its place is kept in the lake itself.</summary>
internal sealed partial class LakeSinkRole(
    KafkaClients clients,
    IServiceProvider services,
    IOptions<LakeSinkOptions> options,
    IOptions<LakeOptions> lakeOptions,
    LakeSinkStatus status,
    RoleHealth health,
    LineMeters meters,
    TimeProvider clock,
    ILogger<LakeSinkRole> logger) : BackgroundService
{
    private const int RetentionTurns = 6;
    private static readonly TimeSpan TopicCheckInterval = TimeSpan.FromSeconds(10);

    /// <summary>Lanes are many here (one a partition), so each gets little: what waits long survives collections, and those copy it.</summary>
    private const int LaneBytes = 1024 * 1024;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        health.Starting(RoleNames.LakeSink, "the broker");
        var again = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<KafkaException>().Handle<LakeException>().Handle<TopicsChangedException>(),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(500),
                MaxDelay = TimeSpan.FromSeconds(15),
                OnRetry = retry => OnRetry(retry.Outcome.Exception!),
            })
            .Build();
        try
        {
            await again.ExecuteAsync(async token => await ConsumeAsync(token), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped in order.
        }
    }

    private async Task ConsumeAsync(CancellationToken stopping)
    {
        var lake = services.GetRequiredService<ILake>();
        await LakeFormat.EnsureAsync(lake, stopping);
        var settings = LakeSinkSettings.From(options.Value, lakeOptions.Value);
        var objects = ActivatorUtilities.CreateInstance<ObjectWriter>(services, lake);
        using var admin = new AdminConnection(() => clients.Admin(RoleNames.LakeSink));
        var topics = new TopicLives(admin, lake);
        var retention = new RetentionWatch(admin, clients, settings.Group, clock);
        var handler = ActivatorUtilities.CreateInstance<LakeLaneHandler>(services, lake, topics, objects, settings);
        var loop = new ConsumeLoop(clients, RoleNames.LakeSink, settings.Group, [settings.Subscription], handler)
        {
            LaneBytes = LaneBytes,
            OnTurn = held => Report(held, objects, retention),
        };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watching = WatchTopicsAsync(topics, retention, handler, ending.Token);
        var consuming = loop.RunAsync(ending.Token);
        var first = await Task.WhenAny(consuming, watching);
        await ending.CancelAsync();
        await consuming;
        try
        {
            await watching;
        }
        catch (OperationCanceledException) when (first == consuming)
        {
            // The loop ended first; what it threw was thrown above.
        }
    }

    /// <summary>A topic deleted and created again must not go on in the chain of its former life, even where its offsets would fit.</summary>
    private async Task WatchTopicsAsync(TopicLives topics, RetentionWatch retention, LakeLaneHandler handler, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(TopicCheckInterval, clock);
        var turn = 0;
        while (await timer.WaitForNextTickAsync(ending))
        {
            if (handler.Epochs is not { Count: > 0 } epochs)
            {
                continue;
            }

            if (!await topics.StillAsync(epochs, ending))
            {
                throw new TopicsChangedException();
            }

            // Days go by before a log deletes: a look costs a connection, so there are few, but an alarm is not left standing.
            if (turn++ % RetentionTurns == 0 || retention.Alarm is not null)
            {
                await LookAsync(retention, epochs, ending);
            }
        }
    }

    private static async Task LookAsync(RetentionWatch retention, IReadOnlyDictionary<string, StreamEpoch> epochs, CancellationToken ending)
    {
        try
        {
            await retention.LookAsync(epochs, ending);
        }
        catch (KafkaException)
        {
            // An unreachable broker, or a topic that goes just now, says nothing of what is kept.
        }
    }

    private void Report(int held, ObjectWriter objects, RetentionWatch retention)
    {
        var stopped = status.Stopped;
        var (partition, reason) = stopped.FirstOrDefault();
        string?[] troubles =
        [
            stopped.Count switch { 0 => null, 1 => $"{partition}: {reason}", _ => $"{partition}: {reason} (and {stopped.Count - 1} more partitions)" },
            stopped.Count == 0 ? objects.Failing : null,
            retention.Alarm,
        ];
        if (troubles.Any(trouble => trouble is not null))
        {
            health.Unhealthy(RoleNames.LakeSink, string.Join("; ", troubles.OfType<string>()));
        }
        else if (held == 0)
        {
            health.Starting(RoleNames.LakeSink, "change topics");
        }
        else
        {
            health.Healthy(RoleNames.LakeSink);
        }
    }

    private ValueTask OnRetry(Exception failure)
    {
        if (failure is KafkaException { Error.Code: ErrorCode.UnknownTopicOrPart })
        {
            health.Starting(RoleNames.LakeSink, "change topics");
            return default;
        }

        var what = failure is KafkaException kafka ? $"Kafka: {kafka.Error.Code}" : failure.Message;
        health.Unhealthy(RoleNames.LakeSink, what);
        meters.Retried(RoleNames.LakeSink, failure.GetType().Name);
        LogAgain(what);
        return default;
    }

    [LoggerMessage(4000, LogLevel.Warning, "The lake sink begins anew after: {Failure}")]
    private partial void LogAgain(string failure);
}
