namespace HospitalStreaming.Warehouse.Loading;

/// <summary>A lake object is missing, truncated, altered or does not hold what its manifest says; nothing of this load took effect.</summary>
/// <param name="topic">Its change topic: that table stops until the object is put right, the others go on.</param>
/// <param name="message">Which object, and what is wrong with it.</param>
/// <param name="inner">What the lake said.</param>
public sealed class ObjectDamagedException(string topic, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Change topic of the object.</summary>
    public string Topic { get; } = topic;
}
