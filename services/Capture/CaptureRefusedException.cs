namespace HospitalStreaming.Capture;

/// <summary>Capture cannot go on without somebody's decision: what happened, where the gap is, and what to do.</summary>
internal sealed class CaptureRefusedException(string message) : Exception(message);
