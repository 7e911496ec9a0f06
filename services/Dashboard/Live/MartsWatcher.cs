using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Warehouse.Sql;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>Waits for the marts signal and tells the hub what was published. A warehouse that is away is waited for; the page shows what it has and how old it is.</summary>
internal sealed partial class MartsWatcher(IWarehouseSql sql, MartsReader reader, LiveHub hub, RoleHealth health, TimeProvider clock, ILogger<MartsWatcher> log)
    : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private long _seen = -1;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        health.Starting(RoleNames.Dashboard, "waiting for the warehouse's marts");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = new ResiliencePipelineBuilder { TimeProvider = clock }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(failure => failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = FirstPause,
            MaxDelay = LongestPause,
            UseJitter = true,
            OnRetry = retrying =>
            {
                Report(retrying.Outcome.Exception!, retrying.AttemptNumber);
                return default;
            },
        }).Build();
        try
        {
            while (true)
            {
                await retry.ExecuteAsync(async token => await TurnAsync(token), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task TurnAsync(CancellationToken cancellation)
    {
        var version = await sql.WaitForSignalAsync(SignalNames.Marts, _seen, Patience, cancellation);
        // Lower: the warehouse was made anew, and what is shown belongs to the old one.
        if (version != _seen || hub.State is null)
        {
            if (await reader.ReadAsync(cancellation) is { } state)
            {
                hub.PublishMarts(state);
                _seen = state.Version;
            }
            else
            {
                _seen = version;
            }
        }

        if (hub.State is null)
        {
            health.Starting(RoleNames.Dashboard, "waiting for the first marts: the transform role publishes them");
        }
        else
        {
            health.Healthy(RoleNames.Dashboard);
        }
    }

    private void Report(Exception failure, int attempt)
    {
        if (hub.State is null)
        {
            health.Starting(RoleNames.Dashboard, "waiting for the warehouse's marts");
        }
        else
        {
            health.Unhealthy(RoleNames.Dashboard, "The warehouse does not answer; the page shows the last marts. Check Warehouse:ConnectionString and the warehouse's server.");
        }

        if (attempt is 0 or 10 || attempt % 100 == 0)
        {
            Failed(log, failure.GetType().Name, attempt + 1);
        }
    }

    [LoggerMessage(7010, LogLevel.Warning, "The marts signal could not be read ({Failure}), attempt {Attempt}; retrying")]
    private static partial void Failed(ILogger log, string failure, int attempt);
}
