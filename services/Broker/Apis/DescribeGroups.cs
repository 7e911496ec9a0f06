using HospitalStreaming.Broker.Groups;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>DescribeGroups (15), versions 0 to 6. An unknown group is "Dead", from version 6 on also GROUP_ID_NOT_FOUND.</summary>
internal sealed class DescribeGroups(BrokerContext broker) : Api(ApiKey.DescribeGroups, 0, 6, flexibleFrom: 5)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        var r = request.Read();
        var groups = r.Array(static (ref WireReader g) => g.String());
        if (response.Version >= 1)
        {
            response.Int32(0);
        }
        response.Array(groups, (w, name) =>
        {
            var group = broker.Groups.Describe(name);
            var isMissing = group.State == GroupState.Dead && w.Version >= 6;
            w.Error(isMissing ? ErrorCode.GroupIdNotFound : ErrorCode.None);
            if (w.Version >= 6)
            {
                w.String(isMissing ? $"Group {name} not found." : null);
            }
            w.String(name);
            w.String(group.State.ToString());
            w.String(group.ProtocolType);
            w.String(group.Protocol);
            w.Array(group.Members, WriteMember);
            if (w.Version >= 3)
            {
                w.Int32(Metadata.UnknownOperations);
            }
            w.Tags();
        });
        response.Tags();
    }

    private static void WriteMember(WireWriter w, MemberDescription member)
    {
        w.String(member.MemberId);
        if (w.Version >= 4)
        {
            w.String(member.InstanceId);
        }
        w.String(member.ClientId);
        w.String(member.ClientHost);
        w.Bytes(member.Metadata);
        w.Bytes(member.Assignment);
        w.Tags();
    }
}
