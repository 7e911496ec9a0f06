using System.Net;

namespace HospitalStreaming.Broker.Protocol;

/// <summary>One request, header decoded, body still bytes. The body is the connection's own buffer: it is gone when the response is.</summary>
internal sealed class ApiRequest
{
    public required ApiKey Key { get; init; }
    public required short Version { get; init; }
    public required bool Flexible { get; init; }
    public required int CorrelationId { get; init; }
    public required string ClientId { get; init; }
    public required IPAddress ClientAddress { get; init; }
    public required Memory<byte> Body { get; init; }

    /// <summary>Set by a handler whose request wants no answer (produce with acks=0).</summary>
    public bool NoResponse { get; set; }

    /// <summary>Set by a handler that can only signal an error by closing (produce with acks=0 that failed, as Kafka does).</summary>
    public bool CloseConnection { get; set; }

    public WireReader Read() => new(Body.Span, Version, Flexible);
}
