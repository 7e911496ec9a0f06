using HospitalStreaming.Broker;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace HospitalStreaming.Tests.Unit.Broker.Support;

/// <summary>Topics on files in memory.</summary>
internal sealed class CatalogUnderTest
{
    public CatalogUnderTest(MemoryFileSystem files, BrokerOptions? options = null)
    {
        Files = files;
        Options = options ?? new BrokerOptions { Folder = "/state", SegmentBytes = 1024 };
        Environment = new StorageEnvironment(files, Time, NullLogger.Instance, FlushPolicy.Os);
        Catalog = new TopicCatalog(Environment, Options);
    }

    public MemoryFileSystem Files { get; }
    public BrokerOptions Options { get; }
    public ManualTime Time { get; } = new();
    public StorageEnvironment Environment { get; }
    public TopicCatalog Catalog { get; }

    public CatalogUnderTest AfterKill() => new(Files.Copy(), Options);

    public Topic Create(string name, int partitions = 1, params (string Name, string Value)[] settings) =>
        Catalog.Create(name, partitions, settings.ToDictionary(s => s.Name, s => s.Value), validateOnly: false);

    public void Append(Topic topic, int partition, long timestampMs, int valueBytes = 600)
    {
        var batch = Batch.Of(1, valueBytes, timestampMs);
        BatchHeader.TryRead(batch, out var header);
        topic.Partition(partition)!.Append(batch, header).Error.ShouldBe(ErrorCode.None);
    }
}
