using HospitalStreaming.Dashboard.Security;
using HospitalStreaming.Dashboard.Settings;
using Microsoft.AspNetCore.Http;

namespace HospitalStreaming.Dashboard.Login;

/// <summary>Where a login is configured, nothing but the login page and health is served without a session. Deny by default: routes need no mark of their own.</summary>
internal sealed class LoginGate(RequestDelegate next, DashboardSettings settings, ProbeToken probe)
{
    private static readonly string[] Open = ["/login", "/login.css", "/logo.svg", "/healthz/live", "/healthz/ready"];

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (!settings.HasLogin || context.User.Identity?.IsAuthenticated == true || probe.IsIn(context.Request) || Array.Exists(Open, open => path == open))
        {
            return next(context);
        }

        if (path.StartsWithSegments("/api") || !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            context.Response.Redirect("/login?next=" + Uri.EscapeDataString(path + context.Request.QueryString));
        }

        return Task.CompletedTask;
    }
}
