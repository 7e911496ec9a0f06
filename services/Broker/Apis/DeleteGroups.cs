using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>DeleteGroups (42), versions 0 to 2: groups without members, with their offsets.</summary>
internal sealed class DeleteGroups(BrokerContext broker) : Api(ApiKey.DeleteGroups, 0, 2, flexibleFrom: 2)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var groups = r.Array(static (ref WireReader g) => g.String());
        response.Int32(0);
        response.Array(groups, (w, group) =>
        {
            w.String(group);
            w.Error(broker.Groups.Delete(group));
            w.Tags();
        });
        response.Tags();
    }
}
