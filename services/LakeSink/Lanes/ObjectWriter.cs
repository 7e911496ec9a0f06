using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace HospitalStreaming.LakeSink.Lanes;

/// <summary>
/// Puts an object into the lake however long that takes: while the lake refuses (disk full, bucket unreachable), the partition waits and its
/// records stay in the log. Damage is not retried.
/// </summary>
internal sealed partial class ObjectWriter
{
    private readonly ILake _lake;
    private readonly LineMeters _meters;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _pipeline;
    private int _waiting;
    private volatile string _lastFailure = string.Empty;

    public ObjectWriter(ILake lake, LineMeters meters, TimeProvider clock, ILogger<ObjectWriter> logger)
    {
        (_lake, _meters, _logger) = (lake, meters, logger);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<LakeException>(static failure => failure is not LakeDamageException),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(250),
                MaxDelay = TimeSpan.FromSeconds(15),
                OnRetry = retry => OnRetry(retry.Outcome.Exception!),
            })
            .Build();
    }

    /// <summary>Why writing fails at present; null while nothing waits for a retry.</summary>
    internal string? Failing => Volatile.Read(ref _waiting) > 0 ? _lastFailure : null;

    /// <summary>Returns once the name is taken by an object that is whole: ours or another writer's.</summary>
    internal async Task<LakePut> WriteAsync(LakeObjectName name, ReadOnlyMemory<byte> stored, LakeManifest manifest, CancellationToken cancellation)
    {
        var waits = false;
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    try
                    {
                        return await _lake.CreateAsync(name, stored, manifest, token);
                    }
                    catch (LakeException failure) when (!waits && failure is not LakeDamageException)
                    {
                        // Whoever sees that one waits must also see why.
                        waits = true;
                        _lastFailure = failure.Message;
                        Interlocked.Increment(ref _waiting);
                        throw;
                    }
                },
                cancellation);
        }
        finally
        {
            if (waits)
            {
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    private ValueTask OnRetry(Exception failure)
    {
        _lastFailure = failure.Message;
        _meters.Retried(RoleNames.LakeSink, "lake");
        LogRetry(failure.Message);
        return default;
    }

    [LoggerMessage(4001, LogLevel.Warning, "The lake refused an object and is tried again: {Failure}")]
    private partial void LogRetry(string failure);
}
