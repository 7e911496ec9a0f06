using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Groups;

internal sealed record SyncResult(ErrorCode Error, string? ProtocolType, string? Protocol, byte[] Assignment)
{
    public static SyncResult Refused(ErrorCode error) => new(error, null, null, []);
}
