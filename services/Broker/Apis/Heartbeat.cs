using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>Heartbeat (12), versions 0 to 4.</summary>
internal sealed class Heartbeat(BrokerContext broker) : IApi
{
    public ApiKey Key => ApiKey.Heartbeat;
    public short MinVersion => 0;
    public short MaxVersion => 4;
    public short FlexibleFrom => 4;

    public ValueTask HandleAsync(ApiRequest request, WireWriter response, CancellationToken stopping)
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
        return ValueTask.CompletedTask;
    }
}
