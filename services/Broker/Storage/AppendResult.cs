using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Storage;

/// <summary><c>AppendTimeMs</c> is -1 unless the broker stamped the records; <c>Detail</c> is for the client, without record content.</summary>
internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset, long AppendTimeMs, string? Detail)
{
    public static AppendResult Refused(ErrorCode error, string? detail) => new(error, -1, -1, detail);
}
