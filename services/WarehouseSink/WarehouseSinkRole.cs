using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Kafka;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HospitalStreaming.WarehouseSink;

/// <summary>The role that loads lake objects into the warehouse.</summary>
public static class WarehouseSinkRole
{
    /// <summary>Registers it with all it needs. Its <see cref="WarehouseSinkStatus"/> is a singleton others may read.</summary>
    public static IServiceCollection AddWarehouseSinkRole(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<WarehouseSinkOptions>(configuration.GetSection(WarehouseSinkOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, WarehouseSinkOptionsCheck>());
        services.AddKafka(configuration).AddLake(configuration).AddWarehouse(configuration);
        services.TryAddSingleton<WarehouseSinkStatus>();
        services.TryAddSingleton<PoisonLetters>();
        services.AddHostedService<WarehouseSinkWorker>();
        return services;
    }
}
