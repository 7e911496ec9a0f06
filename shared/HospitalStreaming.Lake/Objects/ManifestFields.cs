using System.Globalization;
using HospitalStreaming.Core.Changes;

namespace HospitalStreaming.Lake.Objects;

/// <summary>A manifest as names and texts: GCS metadata and the folder's sidecar hold the same.</summary>
internal static class ManifestFields
{
    internal static Dictionary<string, string> Write(LakeManifest manifest) => new(StringComparer.Ordinal)
    {
        ["next"] = Text(manifest.Next),
        ["rows"] = Text(manifest.Rows),
        ["sha256"] = manifest.Sha256,
        ["stored_bytes"] = Text(manifest.StoredBytes),
        ["uncompressed_bytes"] = Text(manifest.UncompressedBytes),
        ["schema"] = manifest.SchemaFingerprint,
        ["first_lsn"] = manifest.FirstLsn?.ToString() ?? string.Empty,
        ["last_lsn"] = manifest.LastLsn?.ToString() ?? string.Empty,
    };

    /// <summary>Null where a field is missing or no manifest of ours could say it.</summary>
    internal static LakeManifest? Read(IReadOnlyDictionary<string, string> fields)
    {
        string Of(string name) => fields.GetValueOrDefault(name, string.Empty);
        try
        {
            var manifest = new LakeManifest(
                Number(Of("next")), (int)Number(Of("rows")), Of("sha256"), Number(Of("stored_bytes")), Number(Of("uncompressed_bytes")),
                Of("schema"), LsnOf(Of("first_lsn")), LsnOf(Of("last_lsn")));
            return manifest is { Next: > 0, Rows: > 0, Sha256.Length: 64, StoredBytes: > 0, UncompressedBytes: > 0 } ? manifest : null;
        }
        catch (Exception failure) when (failure is FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Adds where the bytes of an emptied object lie.</summary>
    internal static Dictionary<string, string> Write(LakeManifest manifest, CompactedPart part)
    {
        var fields = Write(manifest);
        (fields["compacted_into"], fields["first_byte"]) = (part.Path, Text(part.First));
        return fields;
    }

    /// <summary>Where the bytes lie; null where the object was not emptied.</summary>
    internal static CompactedPart? ReadPart(IReadOnlyDictionary<string, string> fields, LakeManifest? manifest) =>
        manifest is not null && fields.TryGetValue("compacted_into", out var path) && long.TryParse(fields.GetValueOrDefault("first_byte"), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            ? new CompactedPart(path, first, manifest.StoredBytes)
            : null;

    private static Lsn? LsnOf(string text) => text.Length == 0 ? null : Lsn.Parse(text);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
