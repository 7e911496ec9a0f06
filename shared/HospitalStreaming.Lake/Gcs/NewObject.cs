namespace HospitalStreaming.Lake.Gcs;

/// <summary>An object to be made.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="ContentType">What the content is.</param>
/// <param name="Metadata">Custom metadata.</param>
internal sealed record NewObject(string Name, ReadOnlyMemory<byte> Bytes, string ContentType, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Generation it replaces; 0 where the name must be free.</summary>
    internal long Replaces { get; init; }

    /// <summary>Checksum of the whole.</summary>
    internal string Crc32C { get; } = Gcs.Crc32C.Of(Bytes.Span);
}
