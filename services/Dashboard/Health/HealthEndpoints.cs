using HospitalStreaming.Dashboard.Page;
using HospitalStreaming.Hosting.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HospitalStreaming.Dashboard.Health;

/// <summary>GET /healthz/live: the process answers. GET /healthz/ready: every role in it works; 503 and who does not, otherwise.</summary>
internal static class HealthEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", (TimeProvider clock) => Results.Json(new { status = "live", at = clock.GetUtcNow() }, WebJson.Options));
        routes.MapGet("/healthz/ready", (RoleHealth health) =>
        {
            var states = health.States;
            var ready = states.Count > 0 && states.All(state => state.Condition == RoleCondition.Healthy);
            return Results.Json(
                new { status = ready ? "ready" : "not ready", roles = states },
                WebJson.Options,
                statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }
}
