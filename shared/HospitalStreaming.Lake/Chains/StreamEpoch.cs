namespace HospitalStreaming.Lake.Chains;

/// <summary>One life of a topic, as the lake has recorded it.</summary>
/// <param name="Sequence">1 for the first life the lake saw, and so on: readers finish a life's objects before the next one's.</param>
/// <param name="Epoch">The part it plays in object names.</param>
/// <param name="TopicId">Kafka's topic id, or "recorded" where the broker gives none.</param>
/// <param name="Partitions">Number of partitions, hence of chains.</param>
public sealed record StreamEpoch(int Sequence, string Epoch, string TopicId, int Partitions);
