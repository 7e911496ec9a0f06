using HospitalStreaming.Core.Naming;
using HospitalStreaming.Dashboard.Freshness;
using HospitalStreaming.Dashboard.Live;
using HospitalStreaming.Dashboard.Login;
using HospitalStreaming.Dashboard.Page;
using HospitalStreaming.Dashboard.Security;
using HospitalStreaming.Dashboard.Settings;
using HospitalStreaming.Dashboard.Tiles;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Line;
using HospitalStreaming.Hosting.Settings;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Dashboard;

/// <summary>The dashboard role: registers its services, with the web server's address and limits, and maps its routes.</summary>
public static class DashboardRole
{
    private const long MostBodyBytes = 64 * 1024;

    /// <summary>
    /// Adds the dashboard. The composition root provides IWarehouseSql, RoleHealth, TimeProvider and, where there is one, ILineStatus and WarehouseNames.
    /// Options are checked through IOptionsCheck before anything is resolved.
    /// </summary>
    public static IServiceCollection AddDashboardRole(this IServiceCollection services, IConfiguration configuration)
    {
        var options = DashboardSettings.Read(configuration);
        services.AddSingleton<IOptionsCheck>(new DashboardOptionsCheck(options));
        services.AddSingleton(_ => DashboardSettings.From(options));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new TileNames(provider.GetService<WarehouseNames>() ?? new WarehouseNames(configuration["Warehouse:Dataset"] ?? "hospital")));
        services.AddSingleton<FreshnessLog>();
        services.AddSingleton<ProbeToken>();
        services.AddSingleton<PageFiles>();
        services.AddSingleton<TileCache>();
        services.AddSingleton<TileEndpoints>();
        services.AddSingleton<LiveHub>();
        services.AddSingleton<LiveEndpoint>();
        services.AddSingleton<MartsReader>();
        services.AddSingleton(provider => new LineTicker(
            provider.GetRequiredService<LiveHub>(), provider.GetRequiredService<FreshnessLog>(), provider.GetRequiredService<TimeProvider>(), provider.GetService<ILineStatus>()));
        services.AddHostedService<MartsWatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<LineTicker>());
        services.AddHostedService<LiveProbe>();
        services.AddRouting();
        // Where this program has a web server it listens where the settings say; starting fails with an IOException where the port is taken.
        services.AddOptions<KestrelServerOptions>().Configure<DashboardSettings>(static (kestrel, settings) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBodyBytes;
            kestrel.Listen(settings.Address, settings.Port, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        services.AddRateLimiter(RequestLimits.Configure);
        // Keys live in this process only: a restart asks for the password again, and no key file lies about.
        services.AddDataProtection();
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider>(static provider =>
            new EphemeralDataProtectionProvider(provider.GetRequiredService<ILoggerFactory>())));
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
        {
            cookie.Cookie.Name = "hospital-session";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.SlidingExpiration = false;
        });
        return services;
    }

    /// <summary>Puts the dashboard's guards and routes into the web application. Call it before other routes: the guards cover whatever is mapped after.</summary>
    public static WebApplication MapDashboard(this WebApplication app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<HostGuard>();
        app.UseMiddleware<OriginGuard>();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseMiddleware<LoginGate>();
        app.Services.GetRequiredService<PageFiles>().UseFiles(app);
        app.UseRouting();
        MapRoutes(app);
        app.Lifetime.ApplicationStopping.Register(app.Services.GetRequiredService<LiveHub>().Close);
        return app;
    }

    private static void MapRoutes(IEndpointRouteBuilder routes)
    {
        LiveEndpoint.Map(routes);
        TileEndpoints.Map(routes);
        LoginEndpoints.Map(routes);
        routes.MapHealth();
        routes.MapGet("/api/line", (LineTicker ticker) => Results.Json(ticker.Message(withMinutes: true), WebJson.Options));
        routes.MapGet("/api/{**rest}", () => Results.Json(new { status = 404, detail = "There is nothing here." }, statusCode: StatusCodes.Status404NotFound));
        PageFiles.Map(routes);
    }
}
