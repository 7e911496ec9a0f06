using Confluent.Kafka;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Lake;
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
        using var topics = new TopicLives(clients, lake);
        var handler = ActivatorUtilities.CreateInstance<LakeLaneHandler>(services, lake, topics, objects, settings);
        var loop = new ConsumeLoop(clients, RoleNames.LakeSink, settings.Group, [settings.Subscription], handler)
        {
            LaneBytes = LaneBytes,
            OnTurn = held => Report(held, objects),
        };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watching = WatchTopicsAsync(topics, handler, ending.Token);
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
    private async Task WatchTopicsAsync(TopicLives topics, LakeLaneHandler handler, CancellationToken ending)
    {
        using var timer = new PeriodicTimer(TopicCheckInterval, clock);
        while (await timer.WaitForNextTickAsync(ending))
        {
            if (handler.Epochs is { Count: > 0 } epochs && !await topics.StillAsync(epochs, ending))
            {
                throw new TopicsChangedException();
            }
        }
    }

    private void Report(int held, ObjectWriter objects)
    {
        var stopped = status.Stopped;
        if (stopped.Count > 0)
        {
            var (partition, reason) = stopped.First();
            health.Unhealthy(RoleNames.LakeSink, stopped.Count == 1 ? $"{partition}: {reason}" : $"{partition}: {reason} (and {stopped.Count - 1} more partitions)");
        }
        else if (objects.Failing is { } failure)
        {
            health.Unhealthy(RoleNames.LakeSink, failure);
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
