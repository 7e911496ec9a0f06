using HospitalStreaming.Broker.Apis;
using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Server;

/// <summary>All APIs served, by key. What is not here (transactions, KIP-848 groups, telemetry …) is not advertised, so clients do without it or say so.</summary>
internal sealed class ApiTable
{
    private readonly Dictionary<ApiKey, Api> _apis;

    public ApiTable(BrokerContext broker)
    {
        Api[] apis =
        [
            new Produce(broker), new Fetch(broker), new ListOffsets(broker), new Metadata(broker), new OffsetCommit(broker), new OffsetFetch(broker),
            new FindCoordinator(broker), new JoinGroup(broker), new Heartbeat(broker), new LeaveGroup(broker), new SyncGroup(broker),
            new DescribeGroups(broker), new ListGroups(broker), new ApiVersions(this), new CreateTopics(broker), new DeleteTopics(broker),
            new InitProducerId(broker), new OffsetForLeaderEpoch(broker), new DescribeConfigs(broker), new AlterConfigs(broker),
            new CreatePartitions(broker), new DeleteGroups(broker), new IncrementalAlterConfigs(broker), new DescribeCluster(broker),
        ];
        _apis = apis.ToDictionary(api => api.Key);
    }

    public IReadOnlyCollection<Api> All => _apis.Values;

    public Api? Find(ApiKey key) => _apis.GetValueOrDefault(key);
}
