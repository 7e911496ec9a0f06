namespace HospitalStreaming.Broker.Protocol;

/// <summary>Reads one element of an array.</summary>
internal delegate T WireElement<out T>(ref WireReader reader);
