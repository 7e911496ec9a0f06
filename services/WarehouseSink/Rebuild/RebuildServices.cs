using HospitalStreaming.Kafka;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse;
using HospitalStreaming.Warehouse.Loading;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.WarehouseSink.Rebuild;

/// <summary>Registers `hospital rebuild`.</summary>
public static class RebuildServices
{
    /// <summary>Adds <see cref="WarehouseRebuild"/>.</summary>
    public static IServiceCollection AddWarehouseRebuild(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<WarehouseSinkOptions>(configuration.GetSection(WarehouseSinkOptions.Section));
        services.AddKafka(configuration).AddLake(configuration).AddWarehouse(configuration);
        services.TryAddSingleton<PoisonLetters>();
        services.TryAddSingleton(provider => new WarehouseRebuild(
            provider.GetRequiredService<IWarehouseSwap>(),
            provider.GetRequiredService<ILake>(),
            provider.GetRequiredService<PoisonLetters>().SendAsync,
            provider.GetRequiredService<IOptions<WarehouseSinkOptions>>().Value));
        return services;
    }
}
