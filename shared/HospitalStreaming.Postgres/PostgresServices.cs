using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HospitalStreaming.Postgres;

/// <summary>Registers the PostgreSQL room once, however many roles ask.</summary>
public static class PostgresServices
{
    /// <summary>Options and their check.</summary>
    public static IServiceCollection AddPostgres(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<PostgresOptions>(configuration.GetSection(PostgresOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsCheck, PostgresOptionsCheck>());
        return services;
    }
}
