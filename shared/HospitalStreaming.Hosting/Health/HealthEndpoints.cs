using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HospitalStreaming.Hosting.Health;

/// <summary>GET /healthz/live: the process answers. GET /healthz/ready: every role in it works; 503 and who does not, otherwise.</summary>
public static class HealthEndpoints
{
    /// <summary>Maps both routes.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz/live", (TimeProvider clock) => Results.Json(new { status = "live", at = clock.GetUtcNow() }));
        routes.MapGet("/healthz/ready", (RoleHealth health) =>
        {
            var states = health.States;
            var ready = states.Count > 0 && states.All(state => state.Condition == RoleCondition.Healthy);
            return Results.Json(
                new { status = ready ? "ready" : "not ready", roles = states.Select(state => new { role = state.Role, condition = state.Condition.ToString(), detail = state.Detail, at = state.At }) },
                statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }
}
