namespace HospitalStreaming.Lake;

/// <summary>Where the bytes of an object lie that compaction has emptied: byte for byte within a larger one.</summary>
/// <param name="Path">The larger object's path.</param>
/// <param name="First">First byte.</param>
/// <param name="Length">Length, bytes: the object's stored length.</param>
public sealed record CompactedPart(string Path, long First, long Length);
