using System.Security.Cryptography;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Core.Batching.Lines;

namespace HospitalStreaming.Lake.Objects;

/// <summary>Makes a lost manifest again from the object itself, of which it is a pure function.</summary>
internal static class ManifestRebuild
{
    /// <summary>Longest line-bytes an object of ours unpacks to; a bomb stops here.</summary>
    internal const long MaxUncompressedBytes = 512L * 1024 * 1024;

    /// <summary>Null where the bytes are not a whole object of that name.</summary>
    internal static LakeManifest? From(LakeObjectName name, byte[] stored)
    {
        try
        {
            using var lines = StoredLines.Open(stored, stored.Length, name.Compression, MaxUncompressedBytes);
            using var draft = new LakeObjectDraft(name.Stream, name.StartOffset, LakeCompression.None);
            while (lines.Next() is { } line)
            {
                draft.Add(LakeLineReader.Read(line));
            }

            // The draft's own packing is not the stored one: only what it counted is taken.
            var (_, counted) = draft.Finish();
            return counted.Rows == 0 || counted.UncompressedBytes != lines.BytesRead
                ? null
                : counted with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(stored)), StoredBytes = stored.Length };
        }
        catch (Exception failure) when (failure is FormatException or InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }
}
