using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>ListGroups (16), versions 0 to 5, with filters by state and type. Every group is of the classic type.</summary>
internal sealed class ListGroups(BrokerContext broker) : Api(ApiKey.ListGroups, 0, 5, flexibleFrom: 3)
{
    private const string Classic = "classic";

    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var states = r.Version >= 4 ? r.Array(static (ref WireReader s) => s.String()) : [];
        var types = r.Version >= 5 ? r.Array(static (ref WireReader t) => t.String()) : [];
        var groups = types.Length > 0 && !types.Contains(Classic, StringComparer.OrdinalIgnoreCase)
            ? []
            : broker.Groups.List().Where(g => states.Length == 0 || states.Contains(g.State.ToString(), StringComparer.OrdinalIgnoreCase)).ToList();
        if (response.Version >= 1)
        {
            response.Int32(0);
        }
        response.Error(ErrorCode.None);
        response.Array(groups, static (w, group) =>
        {
            w.String(group.Group);
            w.String(group.ProtocolType);
            if (w.Version >= 4)
            {
                w.String(group.State.ToString());
            }
            if (w.Version >= 5)
            {
                w.String(Classic);
            }
            w.Tags();
        });
        response.Tags();
    }
}
