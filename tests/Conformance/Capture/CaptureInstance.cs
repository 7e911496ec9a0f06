using HospitalStreaming.Capture;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>One run of the capture role.</summary>
public sealed class CaptureInstance(ServiceProvider services, ListLogger log) : IAsyncDisposable
{
    private readonly IHostedService _worker = services.GetServices<IHostedService>().Single();
    private bool _ended;

    public CaptureFacts Facts => services.GetRequiredService<CaptureStatus>().Facts;

    public RoleState? Health => services.GetRequiredService<RoleHealth>().States.FirstOrDefault(state => state.Role == RoleNames.Capture);

    public Task StartAsync() => _worker.StartAsync(CancellationToken.None);

    /// <summary>Starts it and waits until it streams.</summary>
    public async Task<CaptureInstance> StreamingAsync()
    {
        await StartAsync();
        await UntilAsync(() => Facts.Phase == "streaming" && Health is { Condition: RoleCondition.Healthy }, "streaming");
        return this;
    }

    /// <summary>A stop in order.</summary>
    public async Task StopAsync()
    {
        _ended = true;
        await _worker.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
    }

    /// <summary>Ends it as kill -9 would: nothing is flushed, recorded or confirmed any more.</summary>
    public async Task CrashAsync()
    {
        _ended = true;
        await _worker.StopAsync(new CancellationToken(canceled: true));
        if (_worker is BackgroundService { ExecuteTask: { } running })
        {
            await running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        await services.DisposeAsync();
    }

    /// <summary>Waits for a condition; says what there is when it does not come.</summary>
    public async Task UntilAsync(Func<bool> condition, string what, int seconds = 30)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(limit) > TimeSpan.FromSeconds(seconds))
            {
                throw new TimeoutException($"not {what} after {seconds} s; health {Health}; facts {Facts}; log:\n{string.Join('\n', log.Lines)}");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            await CrashAsync();
        }
    }
}
