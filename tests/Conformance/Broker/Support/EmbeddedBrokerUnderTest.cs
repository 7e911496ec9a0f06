using HospitalStreaming.Broker;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>Our broker in this process, in a folder of its own, with small segments so that every scenario crosses some.</summary>
public sealed class EmbeddedBrokerUnderTest : IBrokerUnderTest, IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("broker-");
    private readonly EmbeddedBroker _broker;

    public EmbeddedBrokerUnderTest() =>
        _broker = new EmbeddedBroker(
            new BrokerOptions { Folder = _folder.FullName, SegmentBytes = 256 << 10 }, NullLoggerFactory.Instance, TimeProvider.System);

    public string BootstrapServers => _broker.BootstrapServers;

    public async ValueTask InitializeAsync() => await _broker.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
