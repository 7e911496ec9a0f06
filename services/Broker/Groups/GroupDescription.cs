namespace HospitalStreaming.Broker.Groups;

internal sealed record GroupDescription(string Group, GroupState State, string ProtocolType, string Protocol, IReadOnlyList<MemberDescription> Members);
