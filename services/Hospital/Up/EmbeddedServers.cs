using HospitalStreaming.Broker;
using HospitalStreaming.Hospital.Composition;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Hosting.State;
using HospitalStreaming.Postgres.Embedded;

namespace HospitalStreaming.Hospital.Up;

/// <summary>
/// The servers `hospital up` brings itself: two PostgreSQL servers, so that neither's log holds back the other's slot, and the broker. Each is
/// left out where the configuration names an outside one. They start side by side and stop after the roles.
/// </summary>
internal sealed class EmbeddedServers : IAsyncDisposable
{
    private const int UsualBrokerPort = 9092;
    private const int UsualPostgresPort = 5433;
    private const int UsualWarehousePort = 5434;

    private readonly EmbeddedPostgres? _hospital;
    private readonly EmbeddedPostgres? _warehouse;
    private readonly EmbeddedBroker? _broker;
    private readonly StateFolder _state;

    /// <summary>Plans the servers; nothing starts yet.</summary>
    public EmbeddedServers(IConfiguration configuration, StateFolder state, RoleHealth health, TimeProvider clock, ILoggerFactory loggers)
    {
        _state = state;
        var line = configuration.GetSection(LineSettings.Section).Get<LineSettings>() ?? new LineSettings();
        var (binaries, runAs) = (configuration["Postgres:Binaries"], configuration["Postgres:RunAsUser"]);
        if (Missing(configuration, "Postgres:ConnectionString"))
        {
            _hospital = Postgres("hospital", ServerPurpose.Hospital, PreferredPort.Choose(line.PostgresPort, UsualPostgresPort), "Line:PostgresPort");
        }

        if (Missing(configuration, "Warehouse:ConnectionString") && !string.Equals(configuration["Warehouse:Kind"], "bigquery", StringComparison.OrdinalIgnoreCase))
        {
            _warehouse = Postgres("warehouse", ServerPurpose.Warehouse, PreferredPort.Choose(line.WarehousePort, UsualWarehousePort), "Line:WarehousePort");
        }

        if (Missing(configuration, "Kafka:BootstrapServers"))
        {
            _broker = new EmbeddedBroker(
                new BrokerOptions
                {
                    Folder = state.Folder("broker"),
                    Port = PreferredPort.Choose(line.BrokerPort, UsualBrokerPort),
                    DefaultPartitions = 3,
                    FlushPolicy = line.BrokerFlush,
                    DiskBudgetBytes = line.BrokerDiskBudgetGib * (1L << 30),
                    MaxMessageBytes = Kafka.Clients.KafkaClients.MaxMessageBytes + 4096,
                },
                loggers,
                clock);
        }

        EmbeddedPostgres Postgres(string name, ServerPurpose purpose, int port, string portSetting) => new(
            new EmbeddedPostgresOptions
            {
                Name = name,
                Purpose = purpose,
                Folder = state.Folder(Path.Combine("postgres", name)),
                Port = port,
                PortSetting = portSetting,
                BinariesFolder = string.IsNullOrEmpty(binaries) ? null : binaries,
                RunAsUser = string.IsNullOrEmpty(runAs) ? null : runAs,
                Databases = [name],
            },
            health,
            clock,
            loggers.CreateLogger<EmbeddedPostgres>());
    }

    /// <summary>Starts them side by side and returns the settings that lead the roles to them.</summary>
    /// <exception cref="StartException">One of them cannot start: what, where and what to do.</exception>
    public async Task<Dictionary<string, string?>> StartAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(
                _hospital?.StartAsync(cancellation) ?? Task.CompletedTask,
                _warehouse?.StartAsync(cancellation) ?? Task.CompletedTask,
                _broker?.StartAsync(cancellation) ?? Task.CompletedTask);
        }
        catch (EmbeddedPostgresException failure)
        {
            throw new StartException(failure.Message);
        }
        catch (BrokerStartException failure)
        {
            throw new StartException($"{failure.Message} (the setting is Line:BrokerPort)");
        }

        var settings = new Dictionary<string, string?>();
        if (_broker is not null)
        {
            settings["Kafka:BootstrapServers"] = _broker.BootstrapServers;
        }

        if (_hospital is not null)
        {
            settings["Postgres:ConnectionString"] = _hospital.ConnectionString("hospital");
            settings["Landing:CapturePassword"] = _state.Secret("hospital_capture");
            settings["Capture:ConnectionString"] = _hospital.ConnectionString("hospital", "hospital_capture", _state.Secret("hospital_capture"));
        }

        if (_warehouse is not null)
        {
            settings["Warehouse:Kind"] = "postgres";
            settings["Warehouse:ConnectionString"] = _warehouse.ConnectionString("warehouse");
        }

        return settings;
    }

    /// <summary>Ends them: the databases side by side, then the broker, so that nothing acknowledged is cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_hospital?.StopAsync() ?? Task.CompletedTask, _warehouse?.StopAsync() ?? Task.CompletedTask);
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    private static bool Missing(IConfiguration configuration, string key) => string.IsNullOrWhiteSpace(configuration[key]);
}
