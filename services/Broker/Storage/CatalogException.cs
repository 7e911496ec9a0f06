using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Storage;

/// <summary>A change to the topics that is refused, as the client will see it.</summary>
internal sealed class CatalogException(ErrorCode error, string message) : Exception(message)
{
    public ErrorCode Error { get; } = error;
}
