namespace HospitalStreaming.Broker.Groups;

/// <summary>How many members a group may have, and how long an empty one waits for more before its first assignment.</summary>
internal sealed record GroupLimits(int MaxMembers, TimeSpan InitialDelay);
