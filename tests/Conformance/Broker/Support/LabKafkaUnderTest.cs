using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>The lab's Kafka on ports and in a folder of its own.</summary>
public sealed class LabKafkaUnderTest : IBrokerUnderTest, IAsyncLifetime
{
    private readonly LabServers _servers = new();

    public string BootstrapServers => _servers.Kafka;

    // Where there is no lab the tests skip themselves: a fixture cannot.
    public async ValueTask InitializeAsync()
    {
        if (Lab.Folder is not null)
        {
            await _servers.UpAsync("kafka");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Lab.Folder is not null)
        {
            await _servers.DisposeAsync();
        }
    }
}
