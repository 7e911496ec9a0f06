using System.Collections.Concurrent;
using System.Text;
using HospitalStreaming.Dashboard.Security;
using HospitalStreaming.Dashboard.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace HospitalStreaming.Dashboard.Page;

/// <summary>Serves the built page. Files named by their content may be kept for ever; the page itself gets the answer's nonce and is never kept.</summary>
internal sealed class PageFiles(DashboardSettings settings)
{
    private const string NoncePlace = "__CSP_NONCE__";
    private static readonly string[] Views = ["/", "/doctors", "/doctors/{id:long}", "/patients", "/patients/{id:long}", "/finance", "/line"];

    private readonly ConcurrentDictionary<(string Path, DateTime At), string> _texts = new();

    /// <summary>Whether the page was there at the start; its files are served only then.</summary>
    private bool Built { get; } = Directory.Exists(settings.PageFolder);

    public void UseFiles(IApplicationBuilder app)
    {
        if (!Built)
        {
            return;
        }

        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Path.GetFullPath(settings.PageFolder)),
            ContentTypeProvider = new FileExtensionContentTypeProvider(),
            OnPrepareResponse = static prepared =>
            {
                if (prepared.Context.Request.Path.StartsWithSegments("/assets"))
                {
                    prepared.Context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
                }
            },
        });
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var view in Views)
        {
            routes.MapGet(view, (HttpContext context, PageFiles files) => files.ServeAsync(context));
        }
    }

    private async Task<IResult> ServeAsync(HttpContext context)
    {
        var file = new FileInfo(Path.Combine(settings.PageFolder, "index.html"));
        if (!Built || !file.Exists)
        {
            return Results.Text("The page is not built yet. In services/Dashboard/web run npm ci && npm run build, then start again.\n", "text/plain; charset=utf-8", Encoding.UTF8,
                StatusCodes.Status503ServiceUnavailable);
        }

        var key = (file.FullName, file.LastWriteTimeUtc);
        if (!_texts.TryGetValue(key, out var text))
        {
            text = await File.ReadAllTextAsync(file.FullName, context.RequestAborted);
            _texts.Clear();
            _texts[key] = text;
        }

        return Results.Content(text.Replace(NoncePlace, SecurityHeaders.Nonce(context), StringComparison.Ordinal), "text/html; charset=utf-8", Encoding.UTF8);
    }
}
