using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Groups;

internal sealed record JoinResult(
    ErrorCode Error,
    string MemberId,
    int Generation = -1,
    string? ProtocolType = null,
    string? Protocol = null,
    string Leader = "",
    bool SkipAssignment = false,
    IReadOnlyList<JoinedMember>? Members = null);
