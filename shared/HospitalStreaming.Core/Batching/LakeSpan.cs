namespace HospitalStreaming.Core.Batching;

/// <summary>The part of a log that an object holds: from where it starts up to, not including, where the next one starts.</summary>
/// <param name="Start">The offset that names the object.</param>
/// <param name="Next">Its manifest's `next`.</param>
public readonly record struct LakeSpan(long Start, long Next);
