namespace HospitalStreaming.Producer.Synthea;

/// <summary>A row cannot be used; the message has no values.</summary>
internal sealed class SyntheaRowException(string message) : Exception(message);
