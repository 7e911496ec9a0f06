using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Kafka.Clients;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HospitalStreaming.Kafka;

/// <summary>Registers the Kafka room once, however many roles ask.</summary>
public static class KafkaServices
{
    /// <summary>Options, their check, client factory and topic setup.</summary>
    public static IServiceCollection AddKafka(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<KafkaOptions>(configuration.GetSection(KafkaOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, KafkaOptionsCheck>());
        services.TryAddSingleton<KafkaClients>();
        services.TryAddSingleton<TopicSetup>();
        return services;
    }
}
