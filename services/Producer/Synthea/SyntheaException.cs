namespace HospitalStreaming.Producer.Synthea;

/// <summary>A Synthea export cannot be loaded at all; the message says why, for the user.</summary>
public sealed class SyntheaException(string message) : Exception(message);
