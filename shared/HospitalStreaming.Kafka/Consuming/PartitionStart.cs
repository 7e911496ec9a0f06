namespace HospitalStreaming.Kafka.Consuming;

/// <summary>What is known of a newly assigned partition before reading it.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Committed">The group's committed offset, or null where there is none.</param>
/// <param name="Low">First offset the broker still has.</param>
/// <param name="High">Offset the next record will get.</param>
public sealed record PartitionStart(string Topic, int Partition, long? Committed, long Low, long High);
