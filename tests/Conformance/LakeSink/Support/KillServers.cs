using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>The lab's Kafka and its Cloud Storage stand-in, for all runs of a class.</summary>
public sealed class KillServers : IAsyncLifetime
{
    private LabServers? _lab;

    internal GcsServer Gcs { get; } = new();

    internal string Kafka => _lab!.Kafka;

    public async ValueTask InitializeAsync()
    {
        if (Lab.Folder is not null)
        {
            _lab = new LabServers();
            await _lab.UpAsync("kafka");
            await Gcs.InitializeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Gcs.DisposeAsync();
        await (_lab?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
