using HospitalStreaming.Core.Domain;
using HospitalStreaming.Kafka;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Verify;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;

namespace HospitalStreaming.WarehouseSink.Verify;

/// <summary>Registers `hospital verify`.</summary>
public static class VerifyServices
{
    private const string DefaultSlot = "hospital_slot";

    /// <summary>How long what was written before verify's reading may take to arrive at each stop; the loader's own pause comes on top.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Adds <see cref="LineVerifier"/>. It reads Postgres:ConnectionString and Capture:SlotName, and takes an <see cref="IMartsAudit"/> where one is
    /// registered.
    /// </summary>
    public static IServiceCollection AddLineVerifier(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddKafka(configuration).AddLake(configuration).AddWarehouse(configuration);
        services.TryAddSingleton(provider => new HospitalConnections(configuration["Postgres:ConnectionString"]
            ?? throw new InvalidOperationException("Postgres:ConnectionString is not set")));
        services.TryAddSingleton(provider => new LineVerifier(
            new PostgresLineSource(provider.GetRequiredService<HospitalConnections>().Source, configuration["Capture:SlotName"] ?? DefaultSlot),
            new KafkaChangeLog(provider.GetRequiredService<KafkaClients>()),
            provider.GetRequiredService<ILake>(),
            provider.GetRequiredService<IWarehouseReader>(),
            provider.GetService<IMartsAudit>(),
            HospitalSchema.CapturedTables,
            Patience + provider.GetRequiredService<IWarehouse>().LoadInterval));
        return services;
    }

    /// <summary>Verify's own few connections to the hospital's database.</summary>
    private sealed class HospitalConnections(string connectionString) : IDisposable
    {
        public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "hospital-verify", MaxPoolSize = 3, CommandTimeout = 300 }.ConnectionString);

        public void Dispose() => Source.Dispose();
    }
}
