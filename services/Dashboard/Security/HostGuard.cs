using System.Net;
using HospitalStreaming.Dashboard.Settings;
using Microsoft.AspNetCore.Http;

namespace HospitalStreaming.Dashboard.Security;

/// <summary>
/// Refuses requests for a host that is not ours: a page of elsewhere that rebinds its own name to this machine (DNS rebinding) still sends its own name.
/// </summary>
internal sealed class HostGuard(RequestDelegate next, DashboardSettings settings)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (IsOurs(context.Request.Host.Host))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync("This host name is not served here. Open http://localhost, or name the host in Dashboard:AllowedHosts.\n", context.RequestAborted);
    }

    private bool IsOurs(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && (IPAddress.IsLoopback(address) || address.Equals(settings.Address)))
        || settings.AllowedHosts.Contains(host);
}
