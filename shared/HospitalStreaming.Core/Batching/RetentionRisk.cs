namespace HospitalStreaming.Core.Batching;

/// <summary>
/// How near a partition's log is to deleting what the lake has not. A log is halfway there when the oldest such record lies in the older half of what
/// the log keeps: by age where it keeps for a time, by count, once it has begun to delete, where it keeps so many bytes.
/// </summary>
/// <param name="Durable">Offset up to which everything is in the lake.</param>
/// <param name="Low">First offset that the log still has.</param>
/// <param name="High">Offset behind the last.</param>
/// <param name="HalfAge">First offset that is younger than half of the log's time, <paramref name="High"/> where none is; null where it keeps for ever.</param>
/// <param name="BoundedBytes">Whether it keeps so many bytes.</param>
public readonly record struct RetentionRisk(long Durable, long Low, long High, long? HalfAge, bool BoundedBytes)
{
    /// <summary>Records that the log has and the lake has not.</summary>
    public long Unread => Math.Max(0, High - Math.Max(Durable, Low));

    /// <summary>Whether the oldest of them lies in the older half.</summary>
    public bool IsHalfway => Unread > 0 && (Durable < HalfAge || (BoundedBytes && Low > 0 && Durable - Low < (High - Low) / 2));
}
