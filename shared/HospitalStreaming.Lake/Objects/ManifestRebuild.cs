using System.Buffers.Binary;
using System.Security.Cryptography;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;

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
            return counted.Rows == 0 || counted.UncompressedBytes != lines.BytesRead || !EndsWhole(name, stored, lines.BytesRead)
                ? null
                : counted with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(stored)), StoredBytes = stored.Length };
        }
        catch (Exception failure) when (failure is FormatException or InvalidDataException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The unpacker takes a gzip member that lacks its end for whole; the end holds the length (RFC 1952, ISIZE).</summary>
    private static bool EndsWhole(LakeObjectName name, byte[] stored, long unpacked) =>
        name.Compression != LakeCompression.Gzip
        || (stored.Length > 18 && BinaryPrimitives.ReadUInt32LittleEndian(stored.AsSpan(stored.Length - 4)) == (uint)unpacked);
}
