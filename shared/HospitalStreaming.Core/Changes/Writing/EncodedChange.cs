namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>One message to send.</summary>
/// <param name="Key">Key; null where the table has none.</param>
/// <param name="Value">Value; null for a tombstone.</param>
/// <param name="HeaderName">Header of a key change, or null.</param>
/// <param name="HeaderValue">Its value.</param>
public readonly record struct EncodedChange(byte[]? Key, byte[]? Value, string? HeaderName = null, byte[]? HeaderValue = null)
{
    /// <summary>Bytes it takes, roughly, in a producer's queue.</summary>
    public int SizeBytes => (Key?.Length ?? 0) + (Value?.Length ?? 0) + (HeaderValue?.Length ?? 0);
}
