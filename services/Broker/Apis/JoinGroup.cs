using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>JoinGroup (11), versions 0 to 9: classic protocol, any assignor, static members, two-step joins (KIP-394). Answered when the group is together.</summary>
internal sealed class JoinGroup(BrokerContext broker) : Api(ApiKey.JoinGroup, 0, 9, flexibleFrom: 6)
{
    private const short MemberIdRequiredFrom = 4;

    public override async ValueTask HandleAsync(ApiRequest request, WireWriter response, CancellationToken stopping)
    {
        var (group, join) = Decode(request);
        var joined = await broker.Groups.JoinAsync(group, join);
        if (response.Version >= 2)
        {
            response.Int32(0);
        }
        response.Error(joined.Error);
        response.Int32(joined.Generation);
        if (response.Version >= 7)
        {
            response.String(joined.ProtocolType);
        }
        response.String(joined.Protocol ?? (response.Version >= 7 ? null : ""));
        response.String(joined.Leader);
        if (response.Version >= 9)
        {
            response.Bool(joined.SkipAssignment);
        }
        response.String(joined.MemberId);
        response.Array(joined.Members ?? [], static (w, member) =>
        {
            w.String(member.MemberId);
            if (w.Version >= 5)
            {
                w.String(member.InstanceId);
            }
            w.Bytes(member.Metadata);
            w.Tags();
        });
        response.Tags();
    }

    private static (string Group, JoinRequest Join) Decode(ApiRequest request)
    {
        var r = request.Read();
        var group = r.String();
        var session = TimeSpan.FromMilliseconds(r.Int32());
        var rebalance = r.Version >= 1 ? TimeSpan.FromMilliseconds(r.Int32()) : session;
        var memberId = r.String();
        var instanceId = r.Version >= 5 ? r.NullableString() : null;
        var protocolType = r.String();
        var protocols = r.Array(static (ref WireReader p) =>
        {
            var protocol = new GroupProtocol(p.String(), p.Bytes());
            p.Tags();
            return protocol;
        });
        return (group, new JoinRequest(
            memberId,
            instanceId,
            request.ClientId,
            "/" + request.ClientAddress,
            session,
            rebalance > TimeSpan.Zero ? rebalance : session,
            protocolType,
            protocols,
            r.Version >= MemberIdRequiredFrom,
            CanSkipAssignment: r.Version >= 9));
    }
}
