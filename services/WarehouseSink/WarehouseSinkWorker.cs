using System.Diagnostics;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.WarehouseSink.Chains;
using HospitalStreaming.WarehouseSink.Tables;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.WarehouseSink;

/// <summary>Loads lake objects into the warehouse as they appear: look, claim, load, and again.</summary>
internal sealed partial class WarehouseSinkWorker(
    ILake lake,
    LakeNews news,
    IWarehouse warehouse,
    PoisonLetters letters,
    WarehouseSinkStatus status,
    RoleHealth health,
    LineMeters meters,
    IOptions<WarehouseSinkOptions> options,
    TimeProvider clock,
    ILogger<WarehouseSinkWorker> logger) : BackgroundService
{
    private static readonly TimeSpan FencedPause = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(2);

    private readonly WarehouseSinkOptions _options = options.Value;
    private long _loadsInSession;
    private long _givenUp;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        health.Starting(RoleNames.WarehouseSink, "the warehouse");
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // A session that has loaded something ends the row of retries when it fails: the next failure is a new one.
                await Retries().ExecuteAsync(async token => await SessionAsync(token), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One loader's life: becomes the loader, then loads until something fails. Nothing of it must be undone to start another.</summary>
    private async Task SessionAsync(CancellationToken stopping)
    {
        _loadsInSession = 0;
        await LakeFormat.RequireWholeLinesAsync(lake, stopping);
        if (_options.Tables is { Length: > 0 } file)
        {
            await TableFile.KeepAsync(file, lake, stopping);
        }

        await warehouse.EnsureAsync(stopping);
        await warehouse.TakeOverAsync(stopping);
        var planner = new ClaimPlanner(lake, [.. warehouse.Topics], _options);
        try
        {
            await LoopAsync(planner, stopping);
        }
        catch (Exception failure) when (_loadsInSession > 0 && failure is not (OperationCanceledException or LoadFencedException))
        {
            Tell(failure, TimeSpan.Zero);
        }
    }

    private async Task LoopAsync(ClaimPlanner planner, CancellationToken stopping)
    {
        var positions = await StartAsync(planner, stopping);
        var settled = Stopwatch.GetTimestamp();
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            var edition = news.Edition;
            var claim = await planner.NextAsync(positions, stopping);
            if (claim is not null)
            {
                await LoadAsync(planner, claim, stopping);
            }
            else if (Stopwatch.GetElapsedTime(settled) > SettleEvery)
            {
                // A load does so by itself; a line at rest must too.
                settled = Stopwatch.GetTimestamp();
                await warehouse.SettleAsync(stopping);
            }

            Report(planner);
            if (planner.NeedsRestart)
            {
                positions = await StartAsync(planner, stopping);
            }

            await PauseAsync(started, edition, claim is not null, stopping);
        }
    }

    private async Task<IReadOnlyList<LoadPosition>> StartAsync(ClaimPlanner planner, CancellationToken stopping)
    {
        var positions = (await warehouse.StatusAsync(stopping)).Positions;
        await planner.ResetAsync(positions, stopping);
        return positions;
    }

    private async Task LoadAsync(ClaimPlanner planner, LoadClaim claim, CancellationToken stopping)
    {
        foreach (var topic in claim.ByTopic)
        {
            meters.Received(RoleNames.WarehouseSink, topic.Key, topic.Sum(item => (long)item.Manifest!.Rows));
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = await warehouse.LoadAsync(claim, letters.SendAsync, stopping);
            var took = Stopwatch.GetElapsedTime(started);
            _loadsInSession++;
            status.Loaded(result, clock.GetUtcNow());
            foreach (var load in result.Tables)
            {
                meters.Written(RoleNames.WarehouseSink, load.Table, load.RawRows, took);
            }
        }
        catch (TableStoppedException failure)
        {
            // Nothing of the claim took effect; the other tables' objects are claimed again without this one's.
            LogStopped(failure.Topic, failure.Message);
            planner.Stop(failure.Topic, failure.Message);
            planner.NeedsRestart = true;
        }
    }

    private void Report(ClaimPlanner planner)
    {
        if (warehouse.GivenUp > _givenUp)
        {
            LogNotWhole(warehouse.GivenUp - _givenUp);
        }

        _givenUp = warehouse.GivenUp;
        status.Stopped = planner.Stopped.ToDictionary(stop => stop.Key, stop => stop.Value.Why, StringComparer.Ordinal);
        if (planner.Stopped.Count == 0)
        {
            health.Healthy(RoleNames.WarehouseSink);
        }
        else
        {
            health.Unhealthy(RoleNames.WarehouseSink, string.Join("; ", planner.Stopped.Select(stop => $"{stop.Key} stopped: {stop.Value.Why}")));
        }
    }

    private async Task PauseAsync(long started, long edition, bool loaded, CancellationToken stopping)
    {
        if (!loaded)
        {
            await news.WaitAsync(edition, _options.Poll, stopping);
        }

        var left = LoadPause.After(loaded, Stopwatch.GetElapsedTime(started), warehouse.LoadInterval, _options.Cycle);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, clock, stopping);
        }
    }

    private ResiliencePipeline Retries() => new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(failure => failure is not OperationCanceledException),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(250),
            MaxDelay = TimeSpan.FromSeconds(5),

            // The other loader works; taking over from it at once would be answered in kind.
            DelayGenerator = retry => ValueTask.FromResult<TimeSpan?>(retry.Outcome.Exception is LoadFencedException ? FencedPause : null),
            OnRetry = retry =>
            {
                Tell(retry.Outcome.Exception!, retry.RetryDelay);
                return default;
            },
        })
        .Build();

    private void Tell(Exception failure, TimeSpan delay)
    {
        meters.Retried(RoleNames.WarehouseSink, failure.GetType().Name);
        LogRetry(failure.GetType().Name, failure.Message, delay.TotalSeconds);
        if (_loadsInSession == 0 && failure is not (LoadFencedException or LakeException))
        {
            health.Starting(RoleNames.WarehouseSink, $"the warehouse: {failure.Message}");
        }
        else
        {
            health.Unhealthy(RoleNames.WarehouseSink, failure.Message);
        }
    }

    [LoggerMessage(6001, LogLevel.Warning, "Loading failed ({Kind}): {Message}; again in {Seconds:0.0} s")]
    private partial void LogRetry(string kind, string message, double seconds);

    [LoggerMessage(
        6003,
        LogLevel.Warning,
        "{Count} transactions were shown without being whole: records or the END of them had not come within Warehouse:TransactionPatience. Is the transaction topic kept, and provide.transaction.metadata still on?")]
    private partial void LogNotWhole(long count);

    [LoggerMessage(6002, LogLevel.Error, "{Topic} stopped: {Why}")]
    private partial void LogStopped(string topic, string why);
}
