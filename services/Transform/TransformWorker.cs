using System.Collections.Immutable;
using System.Diagnostics;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Modelling;
using HospitalStreaming.Transform.Building;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Sql;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.Transform;

/// <summary>Keeps the marts at the state of current: waits for its signal, rebuilds what changed, runs the data tests on their schedule.</summary>
internal sealed class TransformWorker(
    ModelRunner runner,
    IWarehouseSql sql,
    IOptions<TransformOptions> options,
    RoleHealth health,
    LineMeters meters,
    TimeProvider clock,
    ILogger<TransformWorker> logger) : BackgroundService
{
    private const int TestRestFactor = 10;
    private static readonly TimeSpan StartWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstRetryWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetryWait = TimeSpan.FromSeconds(15);

    private readonly TransformOptions _options = options.Value;
    private long _seen = -1;
    private readonly Pace _pace = new(clock, options.Value);
    private ImmutableArray<string> _deferred = [];
    private DateOnly _asOf;
    private bool _failed;
    private long? _testedAt;
    private TimeSpan _testsTook;
    private string _shown = string.Empty;
    private Task _tests = Task.CompletedTask;
    private string _testFindings = string.Empty;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        health.Starting(RoleNames.Transform, "starting: waiting for the warehouse");
        var untilItWorks = Retry();
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await untilItWorks.ExecuteAsync(async token => await TurnAsync(token), stoppingToken);
                _failed = false;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops.
        }

        await _tests;
    }

    /// <summary>Whatever fails a cycle, the marts keep their last version and the next cycle starts over; the role never ends by itself.</summary>
    private ResiliencePipeline Retry() => new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(failure => failure is not OperationCanceledException),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = FirstRetryWait,
            MaxDelay = LongestRetryWait,
            UseJitter = true,
            OnRetry = retry =>
            {
                _failed = true;
                meters.Retried(RoleNames.Transform, retry.Outcome.Exception!.GetType().Name);
                if (_seen < 0 && retry.Outcome.Exception is Npgsql.NpgsqlException or WarehouseSqlException { IsTransient: true })
                {
                    health.Starting(RoleNames.Transform, $"starting: waiting for the warehouse ({Describe(retry.Outcome.Exception)})");
                }
                else
                {
                    Unhealthy(Describe(retry.Outcome.Exception));
                }

                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private async Task TurnAsync(CancellationToken cancellation)
    {
        var missing = await WaitForChangeAsync(cancellation);
        if (missing.Length > 0)
        {
            health.Starting(RoleNames.Transform, $"starting: waiting for the warehouse ({missing})");
            await Task.Delay(StartWait, clock, cancellation);
            return;
        }

        var started = Stopwatch.GetTimestamp();
        using var span = LineMeters.Activities.StartActivity("transform.cycle");
        var report = await runner.BuildPacedAsync(_pace, cancellation);
        var first = _seen < 0;
        (_seen, _asOf) = (report.Version, report.AsOf);
        _deferred = [.. report.Models.Where(model => model.Outcome == ModelOutcome.Deferred).Select(model => model.Model)];
        Count(report, Stopwatch.GetElapsedTime(started));
        if (first)
        {
            logger.LogInformation("Transform: {Models} models built at version {Version} in {Milliseconds} ms", report.Models.Length, report.Version, (long)report.Took.TotalMilliseconds);
        }

        if (UntilTests() <= TimeSpan.Zero && _tests.IsCompleted)
        {
            _tests = TestAsync(cancellation);
        }

        Show(report);
        if (_options.MinCycle - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } rest)
        {
            await Task.Delay(rest, clock, cancellation);
        }
    }

    /// <summary>Waits for a change of current, the next day, the next test or the longest idle time; returns what is missing at the very start.</summary>
    private async Task<string> WaitForChangeAsync(CancellationToken cancellation)
    {
        if (_seen < 0 || _failed)
        {
            return string.Join(", ", await runner.MissingAsync(cancellation));
        }

        var now = clock.GetUtcNow();
        var untilTomorrow = now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime;
        var untilTests = _tests.IsCompleted ? UntilTests() : _options.MaxIdle;
        var wait = new[] { _options.MaxIdle, untilTests, untilTomorrow, _pace.UntilDue(_deferred) ?? _options.MaxIdle }.Min();
        if (wait > TimeSpan.Zero && _asOf == runner.Today)
        {
            await sql.WaitForSignalAsync(SignalNames.Current, _seen, wait, cancellation);
        }

        return string.Empty;
    }

    /// <summary>The tests of severity warn, beside the cycles: what they find is shown, and nothing waits for them.</summary>
    private async Task TestAsync(CancellationToken cancellation)
    {
        try
        {
            var started = clock.GetTimestamp();
            var results = await Task.Run(() => runner.TestAllAsync(errorsToo: false, cancellation), cancellation);
            (_testedAt, _testsTook) = (clock.GetTimestamp(), clock.GetElapsedTime(started));
            var failed = results.Where(result => result.Holds).Select(result => result.Test).ToList();
            var findings = failed.Count == 0 ? string.Empty : $"{failed.Count} tests fail: {string.Join(", ", failed.Take(3))}";
            if (findings != _testFindings)
            {
                logger.LogWarning("Transform: data tests: {Findings}", findings.Length == 0 ? "all pass again" : findings);
            }

            _testFindings = findings;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _testedAt = clock.GetTimestamp();
            logger.LogWarning("Transform: the data tests could not run: {Reason}", Describe(failure));
        }
        catch (OperationCanceledException)
        {
            // The role stops.
        }
    }

    /// <summary>Time to the next run of all tests; a long run makes the pause longer, so that tests never fill the warehouse.</summary>
    private TimeSpan UntilTests() => _testedAt is { } tested
        ? TimeSpan.FromTicks(Math.Max(_options.TestEvery.Ticks, (_testsTook * TestRestFactor).Ticks)) - clock.GetElapsedTime(tested)
        : TimeSpan.Zero;

    private void Show(BuildReport report)
    {
        var failed = report.Models.Where(model => model.Outcome == ModelOutcome.Failed).ToList();
        var why = failed.Count > 0 ? $"{failed[0].Model} keeps its last good version: {failed[0].Detail}{More(failed.Count)}"
            : report.Problems.Length > 0 ? $"{report.Problems[0]}{More(report.Problems.Length)}"
            : _testFindings;
        if (why.Length > 0)
        {
            Unhealthy(why);
        }
        else
        {
            health.Healthy(RoleNames.Transform);
            _shown = string.Empty;
        }
    }

    private void Unhealthy(string why)
    {
        health.Unhealthy(RoleNames.Transform, why);
        if (why != _shown)
        {
            logger.LogWarning("Transform: {Reason}", why);
        }

        _shown = why;
    }

    private void Count(BuildReport report, TimeSpan took)
    {
        var changed = report.Models.Sum(model => model.ChangedRows);
        meters.Received(RoleNames.Transform, "current", changed);
        meters.Written(RoleNames.Transform, "marts", changed, took);
    }

    private static string More(int count) => count > 1 ? $" (and {count - 1} more)" : string.Empty;

    private static string Describe(Exception failure) => failure switch
    {
        ModelProblemException or WarehouseSqlException => failure.Message,
        Npgsql.PostgresException refused => $"the warehouse refused (SQLSTATE {refused.SqlState}); it is tried again",
        Npgsql.NpgsqlException or System.Net.Sockets.SocketException or TimeoutException => "the warehouse cannot be reached; it is tried again",
        _ => $"{failure.GetType().Name} in a cycle; it is tried again",
    };
}
