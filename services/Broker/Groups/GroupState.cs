namespace HospitalStreaming.Broker.Groups;

/// <summary>The names are those that clients see in DescribeGroups and ListGroups.</summary>
internal enum GroupState
{
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}
