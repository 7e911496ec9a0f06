using HospitalStreaming.Dashboard;
using HospitalStreaming.Hospital.Line;
using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.Settings;

namespace HospitalStreaming.Hospital.Composition;

/// <summary>Builds the process that runs one role or all of them: configuration checked as a whole before anything starts.</summary>
internal static class LineHost
{
    /// <summary>Builds it.</summary>
    /// <param name="configuration">The finished configuration.</param>
    /// <param name="roles">Roles to run.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="health">Health shared with the embedded servers; null for one of its own.</param>
    /// <exception cref="SettingsException">Something in the configuration is wrong; every problem is named.</exception>
    public static WebApplication Build(IConfiguration configuration, IReadOnlyCollection<string> roles, Action<ILoggingBuilder> logging, RoleHealth? health = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "hospital", ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        logging(builder.Logging);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Error);
        var services = builder.Services;
        if (health is not null)
        {
            services.AddSingleton(health);
        }

        services.AddHospitalDefaults(roles.Count == 1 ? "hospital-" + roles.First() : "hospital");
        services.AddSingleton<IOptionsCheck>(provider => new UnknownSettingsCheck(configuration, KnownSections.All));
        services.AddOptions<HealthOptions>().Bind(configuration.GetSection(HealthOptions.Section));
        services.AddRoutingCore();
        var dashboard = roles.Contains(RoleNames.Dashboard, StringComparer.Ordinal);
        if (dashboard)
        {
            services.AddLineSampling(configuration);
        }

        Roles.Add(services, configuration, roles);
        builder.WebHost.UseKestrelCore();
        if (!dashboard)
        {
            var listen = configuration.GetSection(HealthOptions.Section).Get<HealthOptions>() ?? new HealthOptions();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Parse(listen.Address), listen.Port));
        }

        var app = builder.Build();
        SettingsException.ThrowIfAny(app.Services.GetServices<IOptionsCheck>());
        if (dashboard)
        {
            app.MapDashboard();
        }
        else
        {
            app.MapHealth();
        }

        return app;
    }

    /// <summary>Checks what the user configured before any server starts: addresses `up` will bring are taken as given.</summary>
    /// <exception cref="SettingsException">Something is wrong; every problem is named.</exception>
    public static void Check(IConfiguration configuration)
    {
        var given = new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = "127.0.0.1:9092",
            ["Postgres:ConnectionString"] = "Host=127.0.0.1;Database=hospital;Username=hospital;Password=given-later",
            ["Warehouse:ConnectionString"] = "Host=127.0.0.1;Database=warehouse;Username=warehouse;Password=given-later",
            ["Lake:Folder"] = Path.GetTempPath(),
        };
        var complete = new ConfigurationBuilder().AddInMemoryCollection(given).AddConfiguration(configuration).Build();
        Build(complete, Roles.All, static _ => { }).DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
