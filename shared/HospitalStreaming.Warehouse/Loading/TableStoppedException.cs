namespace HospitalStreaming.Warehouse.Loading;

/// <summary>One table cannot be loaded as things are; nothing of this load took effect. That table stops, the others go on, and it is tried again from time to time.</summary>
/// <param name="topic">Its change topic.</param>
/// <param name="message">What is wrong, and what somebody can do.</param>
/// <param name="inner">What was caught.</param>
public class TableStoppedException(string topic, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Change topic of the table.</summary>
    public string Topic { get; } = topic;
}
