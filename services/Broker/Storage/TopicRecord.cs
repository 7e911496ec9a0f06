namespace HospitalStreaming.Broker.Storage;

/// <summary>A topic as topics.json keeps it.</summary>
internal sealed record TopicRecord(string Name, Guid Id, int Partitions, Dictionary<string, string> Settings);
