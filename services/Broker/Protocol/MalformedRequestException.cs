namespace HospitalStreaming.Broker.Protocol;

/// <summary>A frame that cannot be what it claims to be. It costs the connection that sent it, and nothing else.</summary>
internal sealed class MalformedRequestException(string message) : Exception(message);
