namespace HospitalStreaming.Warehouse.Loading;

/// <summary>How far the warehouse has loaded one partition of a change topic.</summary>
/// <param name="Topic">Change topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="StreamEpoch">Stream epoch of the objects loaded so far.</param>
/// <param name="NextOffset">The next object starts here: the last one's next.</param>
/// <param name="Rows">Records loaded so far.</param>
/// <param name="LastObject">Name of the last object loaded.</param>
public sealed record LoadPosition(string Topic, int Partition, string StreamEpoch, long NextOffset, long Rows, string LastObject);
