using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Server;

/// <summary>One request kind. The response's header is written already; the handler writes the body.</summary>
internal interface IApi
{
    ApiKey Key { get; }
    short MinVersion { get; }
    short MaxVersion { get; }

    /// <summary>The first version with compact lengths and tagged fields (KIP-482).</summary>
    short FlexibleFrom { get; }

    /// <summary>Throws <see cref="MalformedRequestException"/> for a body that cannot be read; errors the protocol knows go into the response.</summary>
    ValueTask HandleAsync(ApiRequest request, WireWriter response, CancellationToken stopping);
}
