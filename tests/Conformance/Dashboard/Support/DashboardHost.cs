using HospitalStreaming.Dashboard;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Line;
using HospitalStreaming.Warehouse.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Tests.Conformance.Dashboard.Support;

/// <summary>The dashboard alone on a free port, as the composition root builds it.</summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DashboardHost(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static Task<DashboardHost> StartAsync(IWarehouseSql sql, CancellationToken cancellation, params (string Key, string Value)[] settings) =>
        StartAsync(sql, cancellation, TimeProvider.System, settings);

    public static async Task<DashboardHost> StartAsync(IWarehouseSql sql, CancellationToken cancellation, TimeProvider clock, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Configuration["Dashboard:Port"] = "0";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton<RoleHealth>();
        builder.Services.AddSingleton(sql);
        builder.Services.AddSingleton<ILineStatus, MovingLine>();
        builder.Services.AddDashboardRole(builder.Configuration);
        builder.WebHost.UseKestrelCore();
        var app = builder.Build();
        app.MapDashboard();
        await app.StartAsync(cancellation);
        return new DashboardHost(app);
    }

    public async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _app.StopAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
    }
}
