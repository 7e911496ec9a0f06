using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Lake.Gcs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Lake;

/// <summary>Registers the lake room once, however many roles ask.</summary>
public static class LakeServices
{
    /// <summary>Options, their check, the lake they name, and its news. The lake opens when it is first asked for.</summary>
    public static IServiceCollection AddLake(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<LakeOptions>(configuration.GetSection(LakeOptions.Section));
        services.Configure<LakeOptions>(options => options.WarehouseKind = configuration["Warehouse:Kind"]);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, LakeOptionsCheck>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<LakeNews>();
        services.TryAddSingleton(Open);
        return services;
    }

    private static ILake Open(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<LakeOptions>>().Value;
        var shape = LakeShape.From(options);
        var news = services.GetRequiredService<LakeNews>();
        if (options.Kind != "gcs")
        {
            return new FolderLake(options.Folder!, shape, news);
        }

        var settings = GcsSettings.From(options, Environment.GetEnvironmentVariable("STORAGE_EMULATOR_HOST"));
        var client = new GcsClient(settings, services.GetRequiredService<LineMeters>(), services.GetRequiredService<TimeProvider>(), transport: null);
        return new GcsLake(client, settings.Bucket, shape, news);
    }
}
