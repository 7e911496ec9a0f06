using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>LeaveGroup (13), versions 0 to 5; from 3 on several members at once, static ones by instance id.</summary>
internal sealed class LeaveGroup(BrokerContext broker) : Api(ApiKey.LeaveGroup, 0, 5, flexibleFrom: 4)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var group = r.String();
        (string MemberId, string? InstanceId)[] members = r.Version <= 2
            ? [(r.String(), null)]
            : r.Array(static (ref WireReader m) =>
            {
                var member = (m.String(), m.NullableString());
                if (m.Version >= 5)
                {
                    m.NullableString();
                }
                m.Tags();
                return member;
            });
        var left = members.Select(m => (Member: m, Error: broker.Groups.Leave(group, m.MemberId, m.InstanceId))).ToList();
        if (response.Version >= 1)
        {
            response.Int32(0);
        }
        response.Error(response.Version <= 2 ? left[0].Error : ErrorCode.None);
        if (response.Version >= 3)
        {
            response.Array(left, static (w, l) =>
            {
                w.String(l.Member.MemberId);
                w.String(l.Member.InstanceId);
                w.Error(l.Error);
                w.Tags();
            });
        }
        response.Tags();
    }
}
