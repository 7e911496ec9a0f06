namespace HospitalStreaming.Bench.Lake;

/// <summary>Counts the lines of the objects that the storage stand-in has in its folder.</summary>
internal sealed class ObjectCounter(string folder)
{
    private readonly Dictionary<string, (long Length, long Lines)> _files = new(StringComparer.Ordinal);

    /// <summary>Lines of all objects (files with a dot are being written); one is read again only where its length has changed.</summary>
    internal long Count()
    {
        if (!Directory.Exists(folder))
        {
            return 0;
        }

        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*.json*", SearchOption.AllDirectories).Where(file => file.Name[0] != '.'))
        {
            if (!_files.TryGetValue(file.FullName, out var known) || known.Length != file.Length)
            {
                _files[file.FullName] = (file.Length, LinesOf(file.FullName));
            }
        }

        return _files.Values.Sum(file => file.Lines);
    }

    /// <summary>Lines of one object; some end in a line feed, others do not.</summary>
    internal static long LinesOf(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (path.EndsWith(".gz", StringComparison.Ordinal))
            {
                using var unpacked = new MemoryStream();
                using var gzip = new System.IO.Compression.GZipStream(new MemoryStream(bytes), System.IO.Compression.CompressionMode.Decompress);
                gzip.CopyTo(unpacked);
                bytes = unpacked.ToArray();
            }

            return bytes.Length == 0 ? 0 : bytes.AsSpan().Count((byte)'\n') + (bytes[^1] == (byte)'\n' ? 0 : 1);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException)
        {
            // Still being written.
            return 0;
        }
    }
}
