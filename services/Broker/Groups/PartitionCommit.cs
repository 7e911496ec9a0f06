namespace HospitalStreaming.Broker.Groups;

/// <summary>One partition's commit. Topics are meant by id: a topic created again under an old name starts without offsets.</summary>
internal readonly record struct PartitionCommit(Guid TopicId, int Partition, CommittedOffset Committed);
