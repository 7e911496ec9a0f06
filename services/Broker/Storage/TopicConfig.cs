namespace HospitalStreaming.Broker.Storage;

/// <summary>A topic's settings in force: what was set for it, over the broker's defaults.</summary>
internal sealed class TopicConfig
{
    public required IReadOnlyDictionary<string, string> Explicit { get; init; }

    /// <summary>Null is for ever.</summary>
    public required TimeSpan? Retention { get; init; }

    /// <summary>Bytes a partition; null is no limit.</summary>
    public required long? RetentionBytes { get; init; }
    public required int SegmentBytes { get; init; }
    public required long SegmentMs { get; init; }
    public required int MaxMessageBytes { get; init; }
    public required bool UsesAppendTime { get; init; }
}
