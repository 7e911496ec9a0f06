using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Server;

/// <summary>What the APIs work on.</summary>
internal sealed record BrokerContext(
    BrokerOptions Options, TopicCatalog Catalog, GroupCoordinator Groups, StorageEnvironment Environment, BrokerMetrics Metrics, string Host)
{
    /// <summary>There is one broker, and it leads everything.</summary>
    public const int NodeId = 1;

    /// <summary>The port in use; known once the socket listens, before the first request.</summary>
    public int Port { get; set; }

    public string ClusterId => Convert.ToBase64String(Catalog.ClusterId.ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
