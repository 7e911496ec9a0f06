using System.Globalization;
using System.Threading.RateLimiting;
using HospitalStreaming.Dashboard.Login;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace HospitalStreaming.Dashboard.Security;

/// <summary>How often one viewer may ask: five sign-ins a minute, and data no faster than a busy page needs; 429 with Retry-After above that.</summary>
internal static class RequestLimits
{
    public const int SignInsPerMinute = 5;
    public const int ApiBurst = 300;
    private const int ApiPerSecond = 60;

    public static void Configure(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        };
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        {
            var path = context.Request.Path;
            if (path == LoginEndpoints.Path && HttpMethods.IsPost(context.Request.Method))
            {
                return RateLimitPartition.GetFixedWindowLimiter("login " + context.Connection.RemoteIpAddress, static _ => new FixedWindowRateLimiterOptions
                {
                    PermitLimit = SignInsPerMinute,
                    Window = TimeSpan.FromMinutes(1),
                    QueueLimit = 0,
                });
            }

            return path.StartsWithSegments("/api")
                ? RateLimitPartition.GetTokenBucketLimiter("api " + Viewer(context), static _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = ApiBurst,
                    TokensPerPeriod = ApiPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                })
                : RateLimitPartition.GetNoLimiter("free");
        });
    }

    /// <summary>The signed-in user or, without login, the address.</summary>
    public static string Viewer(HttpContext context) =>
        context.User.Identity?.Name is { } name ? "user " + name : "address " + context.Connection.RemoteIpAddress;
}
