using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Server;

/// <summary>
/// One request kind, the versions served, and the first with compact lengths and tagged fields (KIP-482). The response's header is written already;
/// the handler writes the body. Errors the protocol knows go into it; a body that cannot be read throws <see cref="MalformedRequestException"/>.
/// </summary>
internal abstract class Api(ApiKey key, short minVersion, short maxVersion, short flexibleFrom)
{
    public ApiKey Key { get; } = key;
    public short MinVersion { get; } = minVersion;
    public short MaxVersion { get; } = maxVersion;
    public short FlexibleFrom { get; } = flexibleFrom;

    /// <summary>Overridden where the answer has to wait for others.</summary>
    public virtual ValueTask HandleAsync(ApiRequest request, WireWriter response, CancellationToken stopping)
    {
        Handle(request, response);
        return ValueTask.CompletedTask;
    }

    protected virtual void Handle(ApiRequest request, WireWriter response) => throw new NotSupportedException(Key.ToString());
}
