using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Kafka;
using HospitalStreaming.Lake;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HospitalStreaming.LakeSink;

/// <summary>Adds the role that keeps every change in the lake.</summary>
public static class LakeSinkServices
{
    /// <summary>Options, their check, the role's status, and the role.</summary>
    public static IServiceCollection AddLakeSinkRole(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKafka(configuration);
        services.AddLake(configuration);
        services.Configure<LakeSinkOptions>(configuration.GetSection(LakeSinkOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, LakeSinkOptionsCheck>());
        services.TryAddSingleton<LakeSinkStatus>();
        services.AddHostedService<LakeSinkRole>();
        return services;
    }
}
