using Microsoft.AspNetCore.Http;

namespace HospitalStreaming.Dashboard.Security;

/// <summary>Refuses a change (any method but GET and HEAD) that another site's page sends: Origin, where sent, and Sec-Fetch-Site must be ours.</summary>
internal sealed class OriginGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsOurs(request))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("Refused: this request comes from another site.\n", context.RequestAborted);
    }

    private static bool IsOurs(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0 && site is not ("same-origin" or "none"))
        {
            return false;
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            // No browser of today leaves out both; a program without either has no cookie to abuse.
            return true;
        }

        return Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && string.Equals(uri.Authority, Authority(request), StringComparison.OrdinalIgnoreCase);
    }

    private static string Authority(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host.Value}", UriKind.Absolute, out var own) ? own.Authority : string.Empty;
}
