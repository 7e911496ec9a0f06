using HospitalStreaming.Dashboard.Freshness;
using HospitalStreaming.Hosting.Line;
using Microsoft.Extensions.Hosting;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>Sends the line's state to every live channel once a second.</summary>
internal sealed class LineTicker(LiveHub hub, FreshnessLog freshness, TimeProvider clock, ILineStatus? line = null) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>The state of now.</summary>
    public LineMessage Message(bool withMinutes)
    {
        var report = freshness.Report();
        return new LineMessage(clock.GetUtcNow(), line?.Current ?? LineSnapshot.None, withMinutes ? report : report with { Minutes = [] },
            hub.Viewers, hub.State?.Version, hub.State?.AsOf);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do
            {
                hub.PublishLine(Message(withMinutes: false));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
