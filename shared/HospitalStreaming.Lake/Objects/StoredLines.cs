using System.IO.Compression;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Objects;

/// <summary>Unpacks stored bytes that are held in memory.</summary>
public static class StoredLines
{
    /// <summary>Opens stored bytes as lines.</summary>
    internal static LakeLineSplitter Open(byte[] stored, int length, LakeCompression compression, long maxBytes)
    {
        var bytes = new MemoryStream(stored, 0, length, writable: false);
        return new LakeLineSplitter(compression == LakeCompression.Gzip ? new GZipStream(bytes, CompressionMode.Decompress) : bytes, maxBytes);
    }

    /// <summary>The records of a draft that was finished; for a writer that has to cut them anew.</summary>
    public static IEnumerable<LakeRecord> Records(ReadOnlyMemory<byte> stored, LakeManifest manifest, LakeCompression compression)
    {
        using var lines = Open(stored.ToArray(), stored.Length, compression, manifest.UncompressedBytes);
        while (lines.Next() is { } line)
        {
            yield return LakeLineReader.Read(line);
        }
    }
}
