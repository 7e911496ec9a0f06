namespace HospitalStreaming.Broker.Groups;

/// <summary>A join as the state machine sees it. <c>MemberIdRequired</c>: the client's version does the first join in two steps (KIP-394).</summary>
internal sealed record JoinRequest(
    string MemberId,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    TimeSpan SessionTimeout,
    TimeSpan RebalanceTimeout,
    string ProtocolType,
    GroupProtocol[] Protocols,
    bool MemberIdRequired,
    bool CanSkipAssignment);
