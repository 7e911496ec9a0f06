using System.Buffers.Binary;

namespace HospitalStreaming.Broker.Storage;

/// <summary>Small files that are either the old or the new content, never a mixture: written beside, then renamed over.</summary>
internal static class AtomicFile
{
    private const string Unfinished = ".new";

    public static void Write(IFileSystem files, string path, ReadOnlySpan<byte> content, bool sync)
    {
        using (var file = files.Open(path + Unfinished))
        {
            file.SetLength(0);
            file.Write(content, 0);
            if (sync)
            {
                file.Sync();
            }
        }
        files.Replace(path + Unfinished, path);
        if (sync)
        {
            files.SyncFolder(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>The whole content, or null where there is no such file.</summary>
    public static byte[]? Read(IFileSystem files, string path)
    {
        if (!files.Exists(path))
        {
            return null;
        }
        using var file = files.Open(path);
        var content = new byte[file.Length];
        return content.AsSpan(0, file.Read(content, 0)).ToArray();
    }

    /// <summary>Adds a CRC32C, for files that a crash may leave half written because they are not synced.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> content)
    {
        var sealedContent = new byte[content.Length + 4];
        content.CopyTo(sealedContent);
        BinaryPrimitives.WriteUInt32LittleEndian(sealedContent.AsSpan(content.Length), Crc32C.Of(content));
        return sealedContent;
    }

    /// <summary>The content under <see cref="Seal"/>, or null where it is damaged.</summary>
    public static byte[]? Unseal(byte[]? content)
    {
        if (content is null || content.Length < 4)
        {
            return null;
        }
        var body = content.AsSpan(0, content.Length - 4);
        return Crc32C.Of(body) == BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(body.Length)) ? body.ToArray() : null;
    }
}
