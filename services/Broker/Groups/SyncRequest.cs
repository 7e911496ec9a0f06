namespace HospitalStreaming.Broker.Groups;

internal sealed record SyncRequest(
    string MemberId,
    string? InstanceId,
    int Generation,
    string? ProtocolType,
    string? Protocol,
    IReadOnlyList<KeyValuePair<string, byte[]>> Assignments);
