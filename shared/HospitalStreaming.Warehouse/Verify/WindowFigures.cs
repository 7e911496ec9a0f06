using HospitalStreaming.Core.Auditing;

namespace HospitalStreaming.Warehouse.Verify;

/// <summary>One table's records of one UTC day at each stop.</summary>
public sealed class WindowFigures
{
    /// <summary>The topic's, as far as it still has them; null where it was not read.</summary>
    public RecordTally? Topic { get; private set; }

    /// <summary>The lake's, byte by byte: the topic's must be the same.</summary>
    public RecordTally Lake { get; } = new();

    /// <summary>The rows that the lake's records make: raw's must be the same.</summary>
    public RecordTally LakeRows { get; } = new();

    /// <summary>Raw's rows.</summary>
    public RecordTally Raw { get; } = new();

    /// <summary>The topic has all that the lake has of the day, by count, or more, and not the same. What its retention has removed it need not have.</summary>
    public bool TopicDiffers => Topic is { } topic && (topic.Count > Lake.Count || (topic.Count == Lake.Count && topic.Digest != Lake.Digest));

    internal RecordTally OfTopic() => Topic ??= new RecordTally();

    internal static WindowFigures Of(Dictionary<DateOnly, WindowFigures> windows, DateTimeOffset timestamp)
    {
        var day = DateOnly.FromDateTime(timestamp.UtcDateTime);
        if (!windows.TryGetValue(day, out var window))
        {
            windows[day] = window = new WindowFigures();
        }

        return window;
    }
}
