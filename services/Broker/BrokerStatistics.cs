namespace HospitalStreaming.Broker;

/// <summary>Cheap figures of a running broker.</summary>
/// <param name="Topics">Topics that exist.</param>
/// <param name="Partitions">Their partitions.</param>
/// <param name="BytesOnDisk">Bytes of records in all segments.</param>
/// <param name="Connections">Open client connections.</param>
public sealed record BrokerStatistics(int Topics, int Partitions, long BytesOnDisk, int Connections);
