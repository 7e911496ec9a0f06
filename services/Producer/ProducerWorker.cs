using Confluent.Kafka;
using HospitalStreaming.Core.Simulation;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Producer.Continuing;
using HospitalStreaming.Producer.Writing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.Producer;

/// <summary>
/// Finds where the topics end, enters the stream there and writes it on: the history as fast as the broker takes it, then at the set rate. A
/// failure of the broker ends one round; the next begins by looking at the topics again, so nothing is written twice and nothing is left out.
/// </summary>
internal sealed partial class ProducerWorker(
    KafkaClients clients,
    TopicSetup topics,
    IOptions<ProducerOptions> options,
    RoleHealth health,
    LineMeters meters,
    ProducerProgress progress,
    TimeProvider clock,
    ILogger<ProducerWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan NoteInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan HealthInterval = TimeSpan.FromMilliseconds(500);

    // A shorter wait than this is not worth a timer; the plan of moments keeps the rate.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(2);

    private long _healthAt;
    private long _noteAt;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Retries().ExecuteAsync(async token => await RunAsync(token), stoppingToken);
        }
        catch (SettingsException refused)
        {
            health.Unhealthy(RoleNames.Producer, refused.Message);
            LogRefused(refused.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The stop was asked for.
        }
        catch (Exception failure)
        {
            health.Unhealthy(RoleNames.Producer, $"stopped by {failure.GetType().Name}; restart the role, and report it if it comes again");
            LogStopped(failure);
            throw;
        }
    }

    private ResiliencePipeline Retries() => new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<KafkaException>(),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            UseJitter = true,
            OnRetry = retry =>
            {
                var code = (retry.Outcome.Exception as KafkaException)?.Error.Code.ToString() ?? "Unknown";
                meters.Retried(RoleNames.Producer, code);
                health.Unhealthy(RoleNames.Producer, $"the broker at {clients.BootstrapServers} answers {code}: waiting for it, nothing is lost");
                LogRetry(code, retry.RetryDelay.TotalMilliseconds);
                return default;
            },
        })
        .Build();

    private async Task RunAsync(CancellationToken stopping)
    {
        health.Starting(RoleNames.Producer, $"waiting for the broker at {clients.BootstrapServers}");
        await topics.EnsureAsync(stopping);
        var reader = new TopicEndReader(clients);
        var plan = await Task.Run(
            () => ContinuationPlanner.Plan(
                reader.ReadEvents(stopping), reader.ReadState(stopping), options.Value, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)),
            stopping);
        LogContinue(plan.Floor, plan.Enter.Sequence);
        using var writer = new EventWriter(clients, plan, meters, clock);
        await WriteAsync(writer, plan, stopping);
    }

    private async Task WriteAsync(EventWriter writer, Continuation plan, CancellationToken stopping)
    {
        var simulation = new HospitalSimulation(plan.Settings);
        var pacer = options.Value.Rate > 0 ? new RatePacer(clock, options.Value.Rate) : null;
        var live = false;
        _noteAt = clock.GetTimestamp();
        SimulationCheckpoint last = plan.Enter;
        try
        {
            foreach (var item in simulation.From(plan.Enter))
            {
                stopping.ThrowIfCancellationRequested();
                if (writer.Has(item))
                {
                    continue;
                }

                if (!item.IsHistory)
                {
                    if (!live)
                    {
                        live = true;
                        LogLive(item.Sequence, options.Value.Rate);
                        pacer = pacer is null ? null : new RatePacer(clock, options.Value.Rate);
                    }

                    progress.Report(item.Sequence - 1, 1);
                    await PaceAsync(writer, pacer, last, stopping);
                }

                while (!writer.TryWrite(item))
                {
                    Tick(writer, last);
                    await Task.WhenAny(writer.ChangeAsync(), Task.Delay(HealthInterval, clock, stopping));
                    stopping.ThrowIfCancellationRequested();
                }

                last = item.ResumeFrom;
                progress.Report(item.Sequence, HistoryShare(simulation, item));
                Tick(writer, last);
            }
        }
        finally
        {
            await FinishAsync(writer, last);
        }
    }

    /// <summary>Waits for the next event's moment; for ever, while the topics stay looked after, where only the history was wanted.</summary>
    private async Task PaceAsync(EventWriter writer, RatePacer? pacer, SimulationCheckpoint last, CancellationToken stopping)
    {
        var wait = pacer?.Next() ?? Timeout.InfiniteTimeSpan;
        while (pacer is null || wait > ShortestWait)
        {
            var step = pacer is null || wait > HealthInterval ? HealthInterval : wait;
            await Task.Delay(step, clock, stopping);
            wait -= step;
            Tick(writer, last);
        }
    }

    /// <summary>Says how it goes, and notes the position now and then.</summary>
    private void Tick(EventWriter writer, SimulationCheckpoint last)
    {
        if (clock.GetElapsedTime(_healthAt) < HealthInterval)
        {
            return;
        }

        _healthAt = clock.GetTimestamp();
        if (writer.OldestAge is { } age && age > Patience)
        {
            health.Unhealthy(RoleNames.Producer, $"the broker at {clients.BootstrapServers} has acknowledged nothing for {age.TotalSeconds:0} s: waiting for it, nothing is lost");
            return;
        }

        health.Healthy(RoleNames.Producer);
        if (clock.GetElapsedTime(_noteAt) > NoteInterval)
        {
            _noteAt = clock.GetTimestamp();
            writer.Note(last);
        }
    }

    private async Task FinishAsync(EventWriter writer, SimulationCheckpoint last)
    {
        if (!await writer.DrainAsync(StopPatience))
        {
            // What is not acknowledged by now is found missing by the next round and sent then.
            LogUnfinished(writer.WrittenThrough);
            return;
        }

        writer.Note(last);
        await writer.DrainAsync(StopPatience);
    }

    private static double HistoryShare(HospitalSimulation simulation, SimulatedEvent item) => item.IsHistory
        ? Math.Clamp(1 - ((simulation.LiveFrom - item.Event.EventTime).TotalDays / SimulationSettings.HistoryDays), 0, 1)
        : 1;

    [LoggerMessage(2001, LogLevel.Information, "Producer: events up to {Floor} are in the topics; entering the stream at {Enter}")]
    private partial void LogContinue(long floor, long enter);

    [LoggerMessage(2002, LogLevel.Information, "Producer: live from event {Sequence} at {Rate} events a second")]
    private partial void LogLive(long sequence, double rate);

    [LoggerMessage(2003, LogLevel.Warning, "Producer: broker answers {Code}; looking at the topics again in {DelayMs} ms")]
    private partial void LogRetry(string code, double delayMs);

    [LoggerMessage(2004, LogLevel.Error, "Producer: refused: {Problems}")]
    private partial void LogRefused(string problems);

    [LoggerMessage(2005, LogLevel.Error, "Producer: stopped")]
    private partial void LogStopped(Exception failure);

    [LoggerMessage(2006, LogLevel.Information, "Producer: stopped with events after {Through} unacknowledged; the next start sends what is missing")]
    private partial void LogUnfinished(long through);
}
