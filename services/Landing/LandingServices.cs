using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Kafka;
using HospitalStreaming.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HospitalStreaming.Landing;

/// <summary>Adds the role that lands events in the hospital's tables.</summary>
public static class LandingServices
{
    /// <summary>Options, their check, and the role.</summary>
    public static IServiceCollection AddLandingRole(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKafka(configuration);
        services.AddPostgres(configuration);
        services.Configure<LandingOptions>(configuration.GetSection(LandingOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, LandingOptionsCheck>());
        services.AddHostedService<LandingRole>();
        return services;
    }
}
