using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace HospitalStreaming.Hosting;

/// <summary>What every service has: clock, health, meters, export and a stop budget. One call.</summary>
public static class HostingServices
{
    /// <summary>Time all roles together have to stop in order; compose's stop_grace_period is longer.</summary>
    public static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(20);

    /// <summary>Registers the defaults.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="service">service.name in exported telemetry, e.g. hospital-landing.</param>
    public static IServiceCollection AddHospitalDefaults(this IServiceCollection services, string service)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RoleHealth>();
        services.TryAddSingleton<LineMeters>();
        services.AddSingleton(_ => new TelemetryExport(service, Environment.GetEnvironmentVariable));
        services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = StopBudget;
            options.ServicesStartConcurrently = false;
            options.ServicesStopConcurrently = false;

            // A role that ends with an error is that part's failure: it has said so in its health. The line goes on.
            options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
        });
        return services;
    }
}
