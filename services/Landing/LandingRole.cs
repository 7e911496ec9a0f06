using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Kafka.Consuming;
using HospitalStreaming.Kafka.DeadLetters;
using HospitalStreaming.Landing.Canary;
using HospitalStreaming.Landing.Consuming;
using HospitalStreaming.Landing.Schema;
using HospitalStreaming.Landing.Writing;
using HospitalStreaming.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.Landing;

/// <summary>
/// Makes the hospital's tables, then lands the event topics in them. Whatever fails beyond a batch's own retries begins the role anew from the
/// books in the database.
/// </summary>
internal sealed partial class LandingRole(
    KafkaClients clients,
    IOptions<PostgresOptions> postgres,
    IOptions<LandingOptions> options,
    RoleHealth health,
    LineMeters meters,
    TimeProvider clock,
    ILogger<LandingRole> logger) : BackgroundService
{
    private static readonly TimeSpan TopicCheckInterval = TimeSpan.FromSeconds(10);

    // Partitions are many, so each gets little.
    private const int LaneBytes = 2 * 1024 * 1024;
    private readonly LandingTrouble _trouble = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        health.Starting(RoleNames.Landing, "the hospital's database");
        var again = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                // Whatever it is, the line goes on without this role; the state says what to do.
                ShouldHandle = new PredicateBuilder().Handle<Exception>(failure => failure is not OperationCanceledException),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(3),
                OnRetry = retry => OnRetry(retry.Outcome.Exception!),
            })
            .Build();
        try
        {
            await again.ExecuteAsync(async token => await RunOnceAsync(token), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped in order.
        }
    }

    private async Task RunOnceAsync(CancellationToken stopping)
    {
        var value = options.Value;
        await using var database = NpgsqlDataSource.Create(ConnectionString());
        await using (var setup = await database.OpenConnectionAsync(stopping))
        {
            if (await LandingSchema.EnsureAsync(setup, value.CapturePassword, stopping) is { } undone)
            {
                LogUndone(undone);
            }
        }

        await using var session = new LandingSession(database);
        await session.UseAsync(static _ => Task.FromResult(true), stopping);
        using var producer = clients.Producer(RoleNames.Landing);
        using var topicIds = new TopicIds(clients);
        var retries = LandingRetries.Build(meters, clock, failure => Trouble(LandingFailures.Describe(failure)));
        var lander = new Lander(session, LandingLimits.From(value), new DeadLetterWriter(producer, meters).WriteAsync, retries, meters, clock);
        var landing = new LandingLoop(lander, topicIds, value, _trouble, clock);
        var consuming = new ConsumeLoop(clients, RoleNames.Landing, value.Group, [.. TopicNames.Events], landing) { OnTurn = Report, LaneBytes = LaneBytes };
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        List<Task> tasks = [consuming.RunAsync(ending.Token), landing.LandAsync(ending.Token), WatchTopicsAsync(topicIds, ending.Token)];
        if (value.Canary)
        {
            tasks.Add(new CanaryBeat(database, value.CanaryInterval, clock).RunAsync(ending.Token));
        }

        await Task.WhenAny(tasks);
        await ending.CancelAsync();
        foreach (var task in tasks)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // The first to end has ended the others.
            }
        }

        stopping.ThrowIfCancellationRequested();
    }

    /// <summary>A topic deleted and made anew must not go on where its former life ended, even if its offsets would fit.</summary>
    private async Task WatchTopicsAsync(TopicIds topicIds, CancellationToken ending)
    {
        var before = await topicIds.OfAsync(TopicNames.Events, ending);
        using var timer = new PeriodicTimer(TopicCheckInterval, clock);
        while (await timer.WaitForNextTickAsync(ending))
        {
            IReadOnlyDictionary<string, string> now;
            try
            {
                now = await topicIds.OfAsync(TopicNames.Events, ending);
            }
            catch (Confluent.Kafka.KafkaException)
            {
                // A broker that does not answer says nothing of its topics.
                continue;
            }

            if (before.FirstOrDefault(topic => now[topic.Key] != topic.Value).Key is { } changed)
            {
                throw new LandingRefusedException($"{changed} was deleted and made anew");
            }
        }
    }

    /// <summary>Every connection is its own: the writer's lock must end with its session, not return to a pool.</summary>
    private string ConnectionString() => new NpgsqlConnectionStringBuilder(postgres.Value.ConnectionString)
    {
        Pooling = false,
        ApplicationName = "hospital-landing",
        MaxAutoPrepare = 60,
        AutoPrepareMinUsages = 2,
        CommandTimeout = 120,
    }.ConnectionString;

    private void Report(int held)
    {
        if (_trouble.What is { } trouble)
        {
            health.Unhealthy(RoleNames.Landing, trouble);
        }
        else if (held == 0)
        {
            health.Starting(RoleNames.Landing, "the event topics");
        }
        else
        {
            health.Healthy(RoleNames.Landing);
        }
    }

    private void Trouble(string what)
    {
        if (_trouble.Set(what))
        {
            LogTrouble(what);
        }

        health.Unhealthy(RoleNames.Landing, what);
    }

    private ValueTask OnRetry(Exception failure)
    {
        _trouble.Clear(null);
        meters.Retried(RoleNames.Landing, failure.GetType().Name);
        if (failure is AnotherLandingException)
        {
            health.Starting(RoleNames.Landing, failure.Message);
            return default;
        }

        var what = LandingFailures.Describe(failure);
        health.Unhealthy(RoleNames.Landing, what);
        LogAgain(what);
        return default;
    }

    [LoggerMessage(2001, LogLevel.Warning, "Landing begins anew after: {Failure}")]
    private partial void LogAgain(string failure);

    [LoggerMessage(2002, LogLevel.Warning, "Landing tries again: {Failure}")]
    private partial void LogTrouble(string failure);

    [LoggerMessage(2003, LogLevel.Warning, "Left undone in the hospital's database: {What}")]
    private partial void LogUndone(string what);
}
