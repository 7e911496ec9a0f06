using HospitalStreaming.Broker;
using HospitalStreaming.Tests.Conformance.Warehouse.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.WarehouseSink.Support;

/// <summary>A broker that the loaders of a class find their topics on.</summary>
public sealed class LoaderServers : IAsyncLifetime
{
    private readonly string _folder = TestFolder.Create("loader-broker");
    private EmbeddedBroker? _broker;

    internal string Kafka => _broker!.BootstrapServers;

    public async ValueTask InitializeAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { Folder = _folder, DefaultPartitions = 3 }, NullLoggerFactory.Instance, TimeProvider.System);
        await _broker.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }
}
