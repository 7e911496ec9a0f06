
namespace HospitalStreaming.Producer.Continuing;

/// <summary>What one partition of an event topic says about how far the stream has come.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Partitions">Partitions of the topic.</param>
/// <param name="Low">First offset still there; above 0, older records have been removed.</param>
/// <param name="High">Offset of the next record.</param>
/// <param name="Last">The last record of a simulation; null where none is left or none was ever written.</param>
internal sealed record TopicEnd(string Topic, int Partition, int Partitions, long Low, long High, StreamPoint? Last);
