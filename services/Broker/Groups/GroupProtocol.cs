namespace HospitalStreaming.Broker.Groups;

/// <summary>An assignor's name and what the member tells it (opaque here).</summary>
internal sealed record GroupProtocol(string Name, byte[] Metadata);
