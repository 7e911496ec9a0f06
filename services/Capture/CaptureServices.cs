using HospitalStreaming.Capture.Settings;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Kafka;
using HospitalStreaming.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HospitalStreaming.Capture;

/// <summary>Registers the capture role.</summary>
public static class CaptureServices
{
    /// <summary>Options, their check, the worker, and <see cref="CaptureStatus"/> for whoever shows it.</summary>
    public static IServiceCollection AddCaptureRole(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKafka(configuration);
        services.AddPostgres(configuration);
        services.Configure<CaptureOptions>(configuration.GetSection(CaptureOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, CaptureOptionsCheck>());
        services.TryAddSingleton<CaptureStatus>();
        services.AddHostedService<CaptureWorker>();
        return services;
    }
}
