namespace HospitalStreaming.Broker.Groups;

/// <summary>What the leader is told of each member.</summary>
internal sealed record JoinedMember(string MemberId, string? InstanceId, byte[] Metadata);
