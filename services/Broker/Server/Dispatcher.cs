using System.Net;
using HospitalStreaming.Broker.Protocol;

namespace HospitalStreaming.Broker.Server;

/// <summary>Reads a request's header, finds its API and lets it answer.</summary>
internal sealed class Dispatcher(ApiTable apis)
{
    /// <summary>Handles one frame; the response is in the writer unless the request wants none. Throws <see cref="MalformedRequestException"/>.</summary>
    public async ValueTask<ApiRequest> HandleAsync(Memory<byte> frame, IPAddress client, WireWriter response, CancellationToken stopping)
    {
        var (request, api) = Decode(frame, client);
        var isApiVersions = request.Key == ApiKey.ApiVersions;
        response.Begin(request.Version, request.Flexible, request.CorrelationId, flexibleHeader: request.Flexible && !isApiVersions);
        await api.HandleAsync(request, response, stopping);
        return request;
    }

    private (ApiRequest Request, Api Api) Decode(Memory<byte> frame, IPAddress client)
    {
        var header = new WireReader(frame.Span, 0, flexible: false);
        var key = (ApiKey)header.Int16();
        var version = header.Int16();
        var correlationId = header.Int32();
        if (apis.Find(key) is not { } api)
        {
            throw new MalformedRequestException($"API key {(short)key} is not served");
        }
        var isServed = version >= api.MinVersion && version <= api.MaxVersion;
        if (!isServed && key != ApiKey.ApiVersions)
        {
            throw new MalformedRequestException($"{key} version {version} is not served: {api.MinVersion} to {api.MaxVersion} are");
        }
        // A newer ApiVersions is answered in version 0, from which every client learns what to send instead (KIP-511).
        var flexible = isServed && version >= api.FlexibleFrom;
        var clientId = isServed ? header.NullableString() ?? "" : "";
        if (flexible)
        {
            var tags = new WireReader(frame.Span[header.Position..], version, flexible: true);
            tags.Tags();
            return (Request(header.Position + tags.Position), api);
        }
        return (Request(header.Position), api);

        ApiRequest Request(int bodyFrom) => new()
        {
            Key = key,
            Version = isServed ? version : (short)-1,
            Flexible = flexible,
            CorrelationId = correlationId,
            ClientId = clientId,
            ClientAddress = client,
            Body = frame[bodyFrom..],
        };
    }
}
