using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake;

/// <summary>An object as the lake has it.</summary>
/// <param name="Name">Its name, hence where it starts.</param>
/// <param name="Manifest">What it says of itself; null where that is missing and cannot be made again (a damaged or foreign object).</param>
/// <param name="Generation">GCS generation, which a claim pins; 0 in a folder.</param>
public sealed record LakeObject(LakeObjectName Name, LakeManifest? Manifest, long Generation)
{
    /// <summary>Length as the store has it now, bytes; differs from the manifest's where the object was truncated or replaced. Null where unknown.</summary>
    public long? Length { get; init; }

    /// <summary>Where its bytes lie since compaction emptied it; null where it holds them itself.</summary>
    public CompactedPart? Part { get; init; }

    /// <summary>Whether nothing but its name and manifest is left under its name.</summary>
    public bool IsEmptied => Part is not null && Length == 0;

    /// <summary>Whether the store has as many bytes under its name as there must be: its own, or none once they lie elsewhere.</summary>
    public bool HasItsLength => Manifest is null || Length is null || Length == Manifest.StoredBytes || IsEmptied;
}
