namespace HospitalStreaming.Warehouse.Loading;

/// <summary>A lake object is missing, truncated, altered or does not hold what its manifest says; its table stops until the object is put right.</summary>
/// <param name="topic">Its change topic.</param>
/// <param name="message">Which object, and what is wrong with it.</param>
/// <param name="inner">What the lake said.</param>
public sealed class ObjectDamagedException(string topic, string message, Exception? inner = null) : TableStoppedException(topic, message, inner);
