using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Kafka;
using HospitalStreaming.Producer.Synthea;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HospitalStreaming.Producer;

/// <summary>Registers the role.</summary>
public static class ProducerServices
{
    /// <summary>The simulated hospital, its options and their check.</summary>
    public static IServiceCollection AddProducerRole(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKafka(configuration);
        services.Configure<ProducerOptions>(configuration.GetSection(ProducerOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, ProducerOptionsCheck>());
        services.TryAddSingleton<ProducerProgress>();
        services.AddHostedService<ProducerWorker>();
        return services;
    }

    /// <summary>The loader of Synthea exports, for the command line.</summary>
    public static IServiceCollection AddSyntheaLoader(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKafka(configuration);
        services.TryAddSingleton<SyntheaLoader>();
        return services;
    }
}
