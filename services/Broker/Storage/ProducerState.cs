namespace HospitalStreaming.Broker.Storage;

internal sealed class ProducerState
{
    /// <summary>As many as a client may have in flight with idempotence on.</summary>
    public const int MaxRecent = 5;

    public short Epoch { get; set; }
    public long LastUsedMs { get; set; }

    /// <summary>Oldest first, never empty once recorded.</summary>
    public List<ProducerBatch> Recent { get; } = new(MaxRecent);
}
