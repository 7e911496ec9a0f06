namespace HospitalStreaming.Kafka.Consuming;

/// <summary>A role's side of a consumer: where partitions start, and what becomes of their records.</summary>
public interface ILaneHandler
{
    /// <summary>The lane a partition's records go down; one lane has one bounded queue and one <see cref="RunAsync"/>.</summary>
    string LaneOf(string topic, int partition);

    /// <summary>The offset to read each partition from. An exception stops the consumer and is retried by the role.</summary>
    Task<IReadOnlyList<long>> StartOffsetsAsync(IReadOnlyList<PartitionStart> partitions, CancellationToken cancellation);

    /// <summary>
    /// Works the lane's records until its partitions are revoked (the queue then completes, and <paramref name="revoked"/> is set: finish or
    /// abandon what is in hand, and return quickly). An exception stops the whole consumer.
    /// </summary>
    Task RunAsync(Lane lane, CancellationToken revoked);
}
