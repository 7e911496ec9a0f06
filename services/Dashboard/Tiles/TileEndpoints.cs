using HospitalStreaming.Hosting.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>GET /api/tiles/NAME with filters: the rows of one tile. Names outside the catalogue do not exist.</summary>
internal sealed partial class TileEndpoints(TileCache cache, RoleHealth health, ILogger<TileEndpoints> log)
{
    private const string TokenHeader = "X-Marts-Token";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/tiles/{name}", (string name, HttpContext context, TileEndpoints endpoints) => endpoints.ServeAsync(name, context));

    private async Task<IResult> ServeAsync(string name, HttpContext context)
    {
        if (!TileCatalog.Tiles.TryGetValue(name, out var tile))
        {
            return Problem(StatusCodes.Status404NotFound, "There is no such tile.");
        }

        if (TileFilters.Parse(context.Request.Query, out var problem) is not { } filters)
        {
            return Problem(StatusCodes.Status400BadRequest, problem);
        }

        try
        {
            if (await cache.GetAsync(tile, filters, context.RequestAborted) is not { } answer)
            {
                context.Response.Headers.RetryAfter = "1";
                var waiting = health.States.FirstOrDefault(state => state.Role == Hosting.RoleNames.Dashboard)?.Detail;
                return Problem(StatusCodes.Status503ServiceUnavailable, waiting ?? "Waiting for the first marts.");
            }

            context.Response.Headers.ETag = answer.ETag;
            context.Response.Headers[TokenHeader] = answer.Token;
            return context.Request.Headers.IfNoneMatch == answer.ETag
                ? Results.StatusCode(StatusCodes.Status304NotModified)
                : Results.Bytes(answer.Json, "application/json; charset=utf-8");
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The message could hold values of a query: its kind is enough here, and nothing of it goes to the viewer.
            Failed(log, tile.Name, failure.GetType().Name);
            context.Response.Headers.RetryAfter = "2";
            return Problem(StatusCodes.Status503ServiceUnavailable, "The warehouse did not answer this query. It is asked again by itself.");
        }
    }

    private static IResult Problem(int status, string detail) => Results.Json(new { status, detail }, statusCode: status);

    [LoggerMessage(7020, LogLevel.Warning, "Tile {Tile} could not be read ({Failure})")]
    private static partial void Failed(ILogger log, string tile, string failure);
}
