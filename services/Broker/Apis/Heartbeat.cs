using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>Heartbeat (12), versions 0 to 4.</summary>
internal sealed class Heartbeat(BrokerContext broker) : Api(ApiKey.Heartbeat, 0, 4, flexibleFrom: 4)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var (group, generation, memberId) = (r.String(), r.Int32(), r.String());
        var instanceId = r.Version >= 3 ? r.NullableString() : null;
        if (response.Version >= 1)
        {
            response.Int32(0);
        }
        response.Error(broker.Groups.Heartbeat(group, memberId, instanceId, generation));
        response.Tags();
    }
}
