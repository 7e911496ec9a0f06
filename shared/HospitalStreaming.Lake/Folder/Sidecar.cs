using System.Text;
using HospitalStreaming.Lake.Objects;

namespace HospitalStreaming.Lake.Folder;

/// <summary>
/// A manifest as a small text file beside its object: name=value lines, the last of them "end". It is written without a sync, as it can be made
/// again from the object; one that a power cut tore has no end and counts as missing.
/// </summary>
internal static class Sidecar
{
    internal const string Extension = ".meta";

    private const string End = "end\n";

    internal static byte[] Write(LakeManifest manifest, CompactedPart? part = null) => Encoding.ASCII.GetBytes(
        string.Concat((part is null ? ManifestFields.Write(manifest) : ManifestFields.Write(manifest, part)).Select(field => $"{field.Key}={field.Value}\n")) + End);

    /// <summary>
    /// Where lines do not let a manifest be made again, it is durable before its object is there, under a name that tells whose it is.
    /// </summary>
    internal static string BoundName(string name, string sha256) => $"{name}.{sha256[..16]}{Extension}";

    /// <summary>Null where it is torn or not one of ours.</summary>
    internal static (LakeManifest Manifest, CompactedPart? Part)? Read(byte[] content)
    {
        var text = Encoding.ASCII.GetString(content);
        if (!text.EndsWith('\n' + End, StringComparison.Ordinal))
        {
            return null;
        }

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text[..^End.Length].Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                fields[line[..equals]] = line[(equals + 1)..];
            }
        }

        return ManifestFields.Read(fields) is { } manifest ? (manifest, ManifestFields.ReadPart(fields, manifest)) : null;
    }
}
