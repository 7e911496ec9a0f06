using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Groups;

/// <summary>A group's members by id and, where static, by instance id; and what they have in common.</summary>
internal sealed class Membership
{
    private readonly Dictionary<string, Member> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Member> _byInstance = new(StringComparer.Ordinal);

    public int Count => _byId.Count;
    public IReadOnlyCollection<Member> All => _byId.Values;
    public TimeSpan LongestRebalance => _byId.Count == 0 ? TimeSpan.Zero : _byId.Values.Max(m => m.RebalanceTimeout);

    public static string NewId(JoinRequest request) => $"{request.InstanceId ?? request.ClientId}-{Guid.NewGuid():D}";

    public Member? StaticMember(string instanceId) => _byInstance.GetValueOrDefault(instanceId);

    public (ErrorCode Error, Member? Member) Find(string memberId, string? instanceId)
    {
        if (instanceId is not null && _byInstance.TryGetValue(instanceId, out var owner) && owner.Id != memberId)
        {
            return (ErrorCode.FencedInstanceId, null);
        }
        return _byId.TryGetValue(memberId, out var member) && (instanceId is null || member.InstanceId == instanceId)
            ? (ErrorCode.None, member)
            : (ErrorCode.UnknownMemberId, null);
    }

    public void Add(Member member)
    {
        _byId[member.Id] = member;
        if (member.InstanceId is not null)
        {
            _byInstance[member.InstanceId] = member;
        }
    }

    public void Remove(Member member)
    {
        _byId.Remove(member.Id);
        if (member.InstanceId is not null)
        {
            _byInstance.Remove(member.InstanceId);
        }
    }

    public void Assign(string memberId, byte[] assignment)
    {
        if (_byId.TryGetValue(memberId, out var member))
        {
            member.Assignment = assignment;
        }
    }

    /// <summary>Whether the newcomer speaks a protocol that all others speak too.</summary>
    public bool CanTake(JoinRequest request, string protocolType) =>
        request.ProtocolType.Length > 0
        && request.Protocols.Length > 0
        && (_byId.Count == 0
            || (request.ProtocolType == protocolType
                && request.Protocols.Any(p => _byId.Values.All(m => m.Id == request.MemberId || m.Speaks(p.Name)))));

    /// <summary>Each member votes for the first of its protocols that all speak.</summary>
    public string Vote() => _byId.Values
        .Select(m => m.Protocols.First(p => _byId.Values.All(other => other.Speaks(p.Name))).Name)
        .GroupBy(p => p)
        .MaxBy(votes => votes.Count())!
        .Key;
}
