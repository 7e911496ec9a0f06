using System.Net.Sockets;
using Confluent.Kafka;
using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace HospitalStreaming.Capture;

/// <summary>The capture role: runs, tries again what passes, and stops loudly, alone, where only somebody's decision helps.</summary>
internal sealed partial class CaptureWorker(
    IOptions<CaptureOptions> options,
    IOptions<PostgresOptions> postgres,
    KafkaClients clients,
    TopicSetup topics,
    CaptureStatus status,
    RoleHealth health,
    LineMeters meters,
    TimeProvider clock,
    ILogger<CaptureWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _hard = new();

    /// <summary>A stop in order within the budget; a cancelled token ends it at once, as a crash would.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(_hard.Cancel);
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _hard.Cancel();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var problems = new List<SettingProblem>();
        var settings = CaptureSettingsReader.Read(options.Value, postgres.Value.ConnectionString, problems)
            ?? throw new InvalidOperationException(string.Join("; ", problems.Select(problem => $"{problem.Key}: {problem.Fix}")));
        status.Update(facts => facts with { SlotName = settings.SlotName, BudgetBytes = settings.WalBudgetBytes });
        var pipeline = CaptureRetries.Build(meters, clock, TellRetry);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await pipeline.ExecuteAsync(async _ => await RunOnceAsync(settings, stoppingToken), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested || _hard.IsCancellationRequested)
        {
            // Stopped, in order or hard.
        }
        catch (CaptureRefusedException refusal)
        {
            await StayStoppedAsync(refusal.Message, stoppingToken);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(failure);
            await StayStoppedAsync($"capture stopped on an error it does not know ({failure.GetType().Name}); the log has it. Nothing was confirmed beyond what the broker has: restart it when the cause is mended", stoppingToken);
        }
    }

    private async Task RunOnceAsync(CaptureSettings settings, CancellationToken stopping)
    {
        health.Starting(RoleNames.Capture, $"waiting for the broker at {clients.BootstrapServers}");
        await topics.EnsureAsync(stopping);
        var producer = clients.Producer(RoleNames.Capture);
        var run = new CaptureRun(settings, clients, producer, status, health, meters, clock, logger);
        try
        {
            await run.RunAsync(stopping, _hard.Token);
        }
        catch (Exception failure) when (run.HasStreamed && CaptureRetries.IsTransient(failure))
        {
            // It worked before: the next try starts with fresh patience.
            TellRetry(failure);
            await Task.Delay(CaptureRetries.FirstWait, clock, stopping);
        }
        finally
        {
            status.Update(facts => facts with { Phase = "waiting", InFlightBytes = 0 });
            if (!_hard.IsCancellationRequested)
            {
                Flush(producer);
            }

            producer.Dispose();
        }
    }

    // What an ended run left in the client's queue goes out before a new run sends the same again behind it.
    private static void Flush(IProducer<byte[]?, byte[]?> producer)
    {
        try
        {
            producer.Flush(LastFlush);
        }
        catch (KafkaException)
        {
            // It is sent again by the next run.
        }
    }

    private void TellRetry(Exception failure)
    {
        var text = failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.ObjectInUse } => "the slot is in use by another process: stop the other capture, or wait until PostgreSQL notices that it is gone",
            PostgresException { SqlState: PostgresErrorCodes.ConfigurationLimitExceeded } => "every replication slot of the server is in use: drop an unused one, or raise max_replication_slots and restart PostgreSQL",
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } => "waiting for the capture role: PostgreSQL refuses its name or password",
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => "waiting for the captured database: it does not exist yet",
            PostgresException known => $"PostgreSQL refuses ({known.SqlState}); trying again",
            KafkaException broker => $"the broker does not take what is sent ({broker.Error.Code}); trying again, nothing is lost",
            _ => "PostgreSQL does not answer; trying again, nothing is lost",
        };
        if (status.Facts.AcknowledgedLsn is null)
        {
            health.Starting(RoleNames.Capture, text);
        }
        else
        {
            health.Unhealthy(RoleNames.Capture, text);
        }

        LogRetry(text, failure is SocketException or IOException ? failure.Message : failure.GetType().Name);
    }

    private async Task StayStoppedAsync(string why, CancellationToken stopping)
    {
        LogStopped(why);
        status.Update(facts => facts with { Phase = "stopped" });
        while (!stopping.IsCancellationRequested)
        {
            health.Unhealthy(RoleNames.Capture, why);
            await Task.Delay(Reminder, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(3020, LogLevel.Warning, "capture tries again: {Why} ({Failure})")]
    private partial void LogRetry(string why, string failure);

    [LoggerMessage(3021, LogLevel.Critical, "capture has stopped: {Why}")]
    private partial void LogStopped(string why);

    [LoggerMessage(3022, LogLevel.Error, "capture failed")]
    private partial void LogFailed(Exception failure);
}
