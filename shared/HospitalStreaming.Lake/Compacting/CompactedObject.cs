using System.Text.Json;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Compacting;

/// <summary>
/// A larger object: the bytes of neighbours in one chain, one after another (gzip members follow each other in one file, as lines do), and its
/// create-only manifest. The manifest comes first and names the exact objects, so that whoever comes after a crash makes the same larger object.
/// </summary>
/// <param name="Path">Its path: compacted/ and the path of its first object below topics/.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">SHA-256 of its bytes.</param>
/// <param name="Members">What lies in it, in log order and without gaps.</param>
internal sealed record CompactedObject(string Path, long Bytes, string Sha256, IReadOnlyList<CompactedMember> Members)
{
    private const string Root = "compacted/";
    private const string ManifestExtension = ".manifest";

    internal string ManifestPath => Path + ManifestExtension;

    internal static string PathOf(LakeObjectName first) => string.Concat(Root, first.ToString().AsSpan(LakeObjectName.Root.Length));

    /// <summary>A pure function of the members, so that two compactors with one plan write the same bytes.</summary>
    internal byte[] Manifest() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        path = Path,
        bytes = Bytes,
        sha256 = Sha256,
        objects = Members.Select(member => new
        {
            name = member.Name.ToString(),
            generation = member.Generation,
            rows = member.Rows,
            next = member.Next,
            sha256 = member.Sha256,
            first_byte = member.Part.First,
            bytes = member.Part.Length,
        }),
    });

    /// <summary>The larger object at a path, as its manifest describes it; null where there is no manifest.</summary>
    /// <exception cref="LakeDamageException">The manifest does not describe a larger object.</exception>
    internal static async Task<CompactedObject?> FindAsync(ILake lake, string path, CancellationToken cancellation)
    {
        if (await lake.ReadDocumentAsync(path + ManifestExtension, cancellation) is not { } content)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            var members = root.GetProperty("objects").EnumerateArray().Select(item => Member(lake, path, item)).ToList();
            var found = new CompactedObject(root.GetProperty("path").GetString()!, root.GetProperty("bytes").GetInt64(), root.GetProperty("sha256").GetString()!, members);
            return found.Path == path && found.IsTiled() ? found : throw new FormatException("its parts do not tile it");
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LakeDamageException($"{path + ManifestExtension} does not describe a larger object; restore it from a backup", failure);
        }
    }

    private static CompactedMember Member(ILake lake, string path, JsonElement item) => new(
        lake.Shape.Layout.TryParse(item.GetProperty("name").GetString()!, out var name) ? name : throw new FormatException("no object's name"),
        item.GetProperty("generation").GetInt64(),
        item.GetProperty("rows").GetInt32(),
        item.GetProperty("next").GetInt64(),
        item.GetProperty("sha256").GetString()!,
        new CompactedPart(path, item.GetProperty("first_byte").GetInt64(), item.GetProperty("bytes").GetInt64()));

    private bool IsTiled()
    {
        var end = 0L;
        foreach (var member in Members)
        {
            if (member.Part.First != end || member.Part.Length <= 0)
            {
                return false;
            }

            end += member.Part.Length;
        }

        return Members.Count > 0 && end == Bytes;
    }
}
