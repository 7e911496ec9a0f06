using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Line;
using HospitalStreaming.Kafka;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Sql;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace HospitalStreaming.Hospital.Line;

/// <summary>Registers the sampler and what it asks.</summary>
internal static class LineSampling
{
    /// <summary>Key of the data source on the hospital's database that only looks.</summary>
    private const string Looking = "line";

    /// <summary>Adds it; the dashboard and `hospital status` use it.</summary>
    public static IServiceCollection AddLineSampling(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKafka(configuration).AddLake(configuration).AddWarehouse(configuration);
        services.AddKeyedSingleton(Looking, (_, _) => new NpgsqlDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(configuration["Postgres:ConnectionString"]) { ApplicationName = "hospital-line", MaxPoolSize = 2, CommandTimeout = 5 }.ConnectionString).Build());
        services.AddSingleton(provider => new LineProbe(
            provider.GetRequiredService<KafkaClients>(),
            provider.GetRequiredKeyedService<NpgsqlDataSource>(Looking),
            provider.GetRequiredService<IWarehouse>(),
            provider.GetRequiredService<IWarehouseSql>(),
            provider.GetService<WarehouseNames>() ?? new WarehouseNames(),
            configuration["Capture:SlotName"] ?? "hospital_slot"));
        services.TryAddSingleton<LineSampler>();
        services.AddSingleton<ILineStatus>(provider => provider.GetRequiredService<LineSampler>());
        services.AddHostedService(provider => provider.GetRequiredService<LineSampler>());
        return services;
    }
}
