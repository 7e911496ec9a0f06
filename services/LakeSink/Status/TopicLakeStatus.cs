namespace HospitalStreaming.LakeSink.Status;

/// <summary>What this process wrote of one topic, and how far it is durable.</summary>
/// <param name="Topic">Change topic.</param>
/// <param name="Heads">By partition: the offset up to which everything is in objects.</param>
/// <param name="Objects">Objects written since the process started.</param>
/// <param name="Rows">Records in them.</param>
/// <param name="StoredBytes">Their length as stored.</param>
public sealed record TopicLakeStatus(string Topic, IReadOnlyDictionary<int, long> Heads, long Objects, long Rows, long StoredBytes);
