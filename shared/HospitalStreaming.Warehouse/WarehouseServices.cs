using HospitalStreaming.Core.Domain;
using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Warehouse.BigQuery;
using HospitalStreaming.Warehouse.BigQuery.Rest;
using HospitalStreaming.Warehouse.Loading;
using HospitalStreaming.Warehouse.Postgres;
using HospitalStreaming.Warehouse.Sql;
using HospitalStreaming.Warehouse.Verify;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Warehouse;

/// <summary>Registers the warehouse room once, however many roles ask.</summary>
public static class WarehouseServices
{
    /// <summary>Options, their check, names, <see cref="IWarehouseSql"/>, and <see cref="IWarehouse"/> (which needs an <see cref="ILake"/>).</summary>
    public static IServiceCollection AddWarehouse(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<WarehouseOptions>(configuration.GetSection(WarehouseOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, WarehouseOptionsCheck>());
        services.TryAddSingleton(provider => new WarehouseNames(Options(provider).Dataset));
        services.TryAddSingleton(provider => new PostgresWarehouseSource(
            Options(provider).ConnectionString ?? throw new InvalidOperationException("Warehouse:ConnectionString is not set")));
        services.TryAddSingleton(static provider => new BigQueryClient(
            BigQuerySettings.From(Options(provider), Environment.GetEnvironmentVariable("BIGQUERY_EMULATOR_HOST")),
            provider.GetRequiredService<LineMeters>(),
            provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IWarehouseSql>(static provider => IsBigQuery(provider)
            ? new BigQuerySql(provider.GetRequiredService<BigQueryClient>(), provider.GetRequiredService<WarehouseNames>())
            : new PostgresWarehouseSql(provider.GetRequiredService<PostgresWarehouseSource>().Connections, provider.GetRequiredService<WarehouseNames>()));
        services.TryAddSingleton<IWarehouse>(static provider => IsBigQuery(provider)
            ? new BigQueryWarehouse(
                provider.GetRequiredService<BigQueryClient>(),
                provider.GetRequiredService<WarehouseNames>(),
                HospitalSchema.CapturedTables,
                provider.GetRequiredService<ILake>(),
                Options(provider).LoadInterval,
                Options(provider).TransactionPatience,
                Options(provider).AlikeRefusals)
            : new PostgresWarehouse(
                provider.GetRequiredService<PostgresWarehouseSource>().Connections,
                provider.GetRequiredService<WarehouseNames>(),
                HospitalSchema.CapturedTables,
                provider.GetRequiredService<ILake>(),
                Options(provider).TransactionPatience,
                Options(provider).AlikeRefusals));
        services.TryAddSingleton<IWarehouseSwap>(static provider => IsBigQuery(provider)
            ? new BigQuerySwap(
                provider.GetRequiredService<BigQueryClient>(),
                provider.GetRequiredService<WarehouseNames>(),
                HospitalSchema.CapturedTables,
                provider.GetRequiredService<ILake>(),
                Options(provider).LoadInterval,
                Options(provider).TransactionPatience,
                Options(provider).AlikeRefusals)
            : new PostgresSwap(
                provider.GetRequiredService<PostgresWarehouseSource>().Connections,
                provider.GetRequiredService<WarehouseNames>(),
                HospitalSchema.CapturedTables,
                provider.GetRequiredService<ILake>(),
                Options(provider).TransactionPatience,
                Options(provider).AlikeRefusals));
        services.TryAddSingleton<IWarehouseReader>(static provider => IsBigQuery(provider)
            ? new BigQueryWarehouseReader(provider.GetRequiredService<BigQueryClient>(), provider.GetRequiredService<WarehouseNames>())
            : new PostgresWarehouseReader(
                provider.GetRequiredService<PostgresWarehouseSource>().Connections, provider.GetRequiredService<WarehouseNames>()));
        return services;
    }

    /// <summary>The kind that the options name.</summary>
    public static WarehouseKind KindOf(WarehouseOptions options) => options.Kind.ToLowerInvariant() switch
    {
        "postgres" => WarehouseKind.Postgres,
        "bigquery" => WarehouseKind.BigQuery,
        _ => WarehouseKind.Unknown,
    };

    private static bool IsBigQuery(IServiceProvider provider) => KindOf(Options(provider)) == WarehouseKind.BigQuery;

    private static WarehouseOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<WarehouseOptions>>().Value;
}
