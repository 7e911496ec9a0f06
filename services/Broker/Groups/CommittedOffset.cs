namespace HospitalStreaming.Broker.Groups;

internal readonly record struct CommittedOffset(long Offset, int LeaderEpoch, string? Metadata);
