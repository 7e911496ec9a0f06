using HospitalStreaming.Hosting;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Lake;
using HospitalStreaming.LakeSink;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>The role as a service of its own, on a given broker and lake.</summary>
internal sealed class RunningSink : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IReadOnlyList<IHostedService> _hosted;

    private RunningSink(ServiceProvider services) =>
        (_services, _hosted) = (services, [.. services.GetServices<IHostedService>()]);

    public LakeSinkStatus Status => _services.GetRequiredService<LakeSinkStatus>();

    public RoleState? Health => _services.GetRequiredService<RoleHealth>().States.SingleOrDefault(state => state.Role == RoleNames.LakeSink);

    public static async Task<RunningSink> StartAsync(string bootstrap, ILake lake, IReadOnlyDictionary<string, string?> settings, TimeProvider clock, CancellationToken cancellation)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Kafka:BootstrapServers"] = bootstrap, ["Lake:Folder"] = lake.Location })
            .AddInMemoryCollection(settings)
            .Build();
        var services = new ServiceCollection().AddLogging().AddSingleton(clock);
        services.AddHospitalDefaults("test");
        services.AddSingleton(lake);
        services.AddLakeSinkRole(configuration);
        var sink = new RunningSink(services.BuildServiceProvider());
        foreach (var hosted in sink._hosted)
        {
            await hosted.StartAsync(cancellation);
        }

        return sink;
    }

    /// <summary>Stops it in order.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _hosted)
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }
}
