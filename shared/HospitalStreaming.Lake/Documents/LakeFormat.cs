using System.Text;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Documents;

/// <summary>
/// The lake's own description (lake.json), written by its first user: how objects are named and stored. Names depend on it, so two users that
/// disagree would build two chains side by side; the later one is refused.
/// </summary>
public static class LakeFormat
{
    private const string Path = "lake.json";

    /// <summary>Writes the description of a new lake, or compares it with an existing one's.</summary>
    /// <exception cref="LakeException">The lake was made with other settings, or by a newer version.</exception>
    public static async Task EnsureAsync(ILake lake, CancellationToken cancellation)
    {
        var ours = Encoding.ASCII.GetBytes($"{{\"layout\":1,\"compression\":\"{(lake.Compression == LakeCompression.Gzip ? "gzip" : "none")}\"}}\n");
        if (await lake.CreateDocumentAsync(Path, ours, cancellation))
        {
            return;
        }

        var theirs = await lake.ReadDocumentAsync(Path, cancellation);
        if (theirs is null || !theirs.AsSpan().SequenceEqual(ours))
        {
            throw new LakeException(
                $"{lake.Location}/{Path} says this lake was made with other settings ({(theirs is null ? "unreadable" : Encoding.ASCII.GetString(theirs).Trim())}); set Lake:Compression to match, or use a new lake");
        }
    }
}
