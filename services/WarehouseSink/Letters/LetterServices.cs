using HospitalStreaming.Kafka;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse;
using HospitalStreaming.Warehouse.Verify;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HospitalStreaming.WarehouseSink.Letters;

/// <summary>Registers what `hospital dlq` and `hospital history` ask.</summary>
public static class LetterServices
{
    /// <summary>Adds <see cref="LetterDesk"/> and <see cref="RowHistories"/>.</summary>
    public static IServiceCollection AddLetterDesk(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKafka(configuration).AddLake(configuration).AddWarehouse(configuration);
        services.TryAddSingleton<LetterDesk>();
        services.TryAddSingleton<RowHistories>();
        return services;
    }
}
