using HospitalStreaming.Core.Naming;
using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Warehouse;
using HospitalStreaming.Warehouse.Sql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Transform;

/// <summary>Registers the role transform.</summary>
public static class TransformRole
{
    /// <summary>Adds the worker, the <see cref="ModelRunner"/> and the warehouse it runs in. Needs RoleHealth, LineMeters and TimeProvider.</summary>
    public static IServiceCollection AddTransformRole(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddWarehouse(configuration);
        services.AddModelRunner(configuration);
        services.AddSingleton<IOptionsCheck>(new TransformOptionsCheck(configuration));
        services.AddHostedService<TransformWorker>();
        return services;
    }

    /// <summary>Adds the <see cref="ModelRunner"/> alone, for commands (verify, models).</summary>
    public static IServiceCollection AddModelRunner(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TransformOptions>().Bind(configuration.GetSection(TransformOptions.Section));
        services.AddSingleton(provider => new ModelRunner(
            provider.GetRequiredService<IWarehouseSql>(),
            new ModelFolder(provider.GetRequiredService<IOptions<TransformOptions>>().Value.ModelsFolder),
            provider.GetRequiredService<WarehouseNames>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
