using System.Text;
using HospitalStreaming.Dashboard.Freshness;
using HospitalStreaming.Dashboard.Security;
using HospitalStreaming.Dashboard.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>GET /api/live: server-sent events `marts` (with id) and `line`, and a comment as heartbeat where nothing else was sent.</summary>
internal sealed class LiveEndpoint(LiveHub hub, FreshnessLog freshness, DashboardSettings settings, ProbeToken probe, TimeProvider clock)
{
    public const string Path = "/api/live";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(15);
    private static readonly byte[] HeartbeatBytes = Encoding.UTF8.GetBytes(": heartbeat\n\n");
    private static readonly byte[] Opening = Encoding.UTF8.GetBytes("retry: 2000\n\n");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(Path, (HttpContext context, LiveEndpoint endpoint) => endpoint.ServeAsync(context));

    private async Task ServeAsync(HttpContext context)
    {
        var isProbe = probe.IsIn(context.Request);
        var mailbox = hub.Open(isProbe ? "probe" : RequestLimits.Viewer(context), context.Request.Headers["Last-Event-ID"].ToString(),
            isProbe ? int.MaxValue : settings.MaxViewers, settings.MaxStreamsPerViewer);
        if (mailbox is null)
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "5";
            return;
        }

        try
        {
            using var session = await SessionEndAsync(context);
            using var until = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, session.Token);
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await StreamAsync(context, mailbox, until.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The viewer left, the session ended or the viewer stopped reading.
        }
        finally
        {
            hub.Leave(mailbox);
        }
    }

    private async Task StreamAsync(HttpContext context, LiveMailbox mailbox, CancellationToken cancellation)
    {
        await WriteAsync(context, Opening, cancellation);
        while (true)
        {
            var wait = await mailbox.WaitAsync(Heartbeat, cancellation);
            if (wait == MailboxWait.Closed)
            {
                return;
            }

            if (wait == MailboxWait.Silent)
            {
                await WriteAsync(context, HeartbeatBytes, cancellation);
                continue;
            }

            while (mailbox.TryTake(out var frame))
            {
                await WriteAsync(context, frame.Bytes, cancellation);
                if (frame.BeatAt is { } beatAt)
                {
                    freshness.Delivered(beatAt);
                }
            }
        }
    }

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(WriteLimit);
        try
        {
            await context.Response.Body.WriteAsync(bytes, limit.Token);
            await context.Response.Body.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            context.Abort();
            throw;
        }
    }

    /// <summary>A session that ends closes its live channel too.</summary>
    private async Task<CancellationTokenSource> SessionEndAsync(HttpContext context)
    {
        if (!settings.HasLogin || context.User.Identity?.IsAuthenticated != true)
        {
            return new CancellationTokenSource();
        }

        var ticket = await context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        var left = ticket.Properties?.ExpiresUtc - clock.GetUtcNow() ?? settings.Session;
        return new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
    }
}
