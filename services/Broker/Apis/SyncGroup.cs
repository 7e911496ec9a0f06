using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>SyncGroup (14), versions 0 to 5. Answered when the leader has assigned.</summary>
internal sealed class SyncGroup(BrokerContext broker) : Api(ApiKey.SyncGroup, 0, 5, flexibleFrom: 4)
{
    public override async ValueTask HandleAsync(ApiRequest request, WireWriter response, CancellationToken stopping)
    {
        var (group, sync) = Decode(request);
        var synced = await broker.Groups.SyncAsync(group, sync);
        if (response.Version >= 1)
        {
            response.Int32(0);
        }
        response.Error(synced.Error);
        if (response.Version >= 5)
        {
            response.String(synced.ProtocolType);
            response.String(synced.Protocol);
        }
        response.Bytes(synced.Assignment);
        response.Tags();
    }

    private static (string Group, SyncRequest Sync) Decode(ApiRequest request)
    {
        var r = request.Read();
        var (group, generation, memberId) = (r.String(), r.Int32(), r.String());
        var instanceId = r.Version >= 3 ? r.NullableString() : null;
        var protocolType = r.Version >= 5 ? r.NullableString() : null;
        var protocol = r.Version >= 5 ? r.NullableString() : null;
        var assignments = r.Array(static (ref WireReader a) =>
        {
            var assignment = KeyValuePair.Create(a.String(), a.Bytes());
            a.Tags();
            return assignment;
        });
        return (group, new SyncRequest(memberId, instanceId, generation, protocolType, protocol, assignments));
    }
}
