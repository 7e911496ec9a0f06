using System.Runtime.InteropServices;

namespace HospitalStreaming.Broker.Storage;

/// <summary>
/// A segment's sparse index and its producers' state up to a length of the file, written when the segment is closed and at a clean stop.
/// It only saves work: a missing, damaged or older one is made up for by reading the segment from there on.
/// </summary>
internal static class SegmentCheckpoint
{
    private const int Format = 1;

    public static void Write(IFileSystem files, Segment segment, ProducerTable producers)
    {
        using var content = new MemoryStream();
        using var to = new BinaryWriter(content);
        to.Write(Format);
        to.Write(segment.BaseOffset);
        to.Write(segment.Length);
        to.Write(segment.NextOffset);
        to.Write(segment.MaxTimestampMs);
        to.Write(segment.FirstTimestampMs);
        var entries = MemoryMarshal.AsBytes(segment.Index.Entries);
        to.Write(segment.Index.Count);
        to.Write(entries);
        producers.Write(to);
        to.Flush();
        AtomicFile.Write(files, segment.CheckpointPath, AtomicFile.Seal(content.GetBuffer().AsSpan(0, (int)content.Length)), sync: false);
    }

    /// <summary>Restores what it can; false leaves segment and producers as they were.</summary>
    public static bool TryRestore(IFileSystem files, Segment segment, ProducerTable producers)
    {
        var content = AtomicFile.Unseal(AtomicFile.Read(files, segment.CheckpointPath));
        if (content is null)
        {
            return false;
        }
        using var from = new BinaryReader(new MemoryStream(content));
        if (from.ReadInt32() != Format || from.ReadInt64() != segment.BaseOffset)
        {
            return false;
        }
        var length = from.ReadInt64();
        if (length > segment.File.Length)
        {
            return false; // A power cut took the end of the log but not the checkpoint.
        }
        segment.Restore(length, from.ReadInt64(), from.ReadInt64(), from.ReadInt64());
        var entries = new SparseIndexEntry[from.ReadInt32()];
        from.BaseStream.ReadExactly(MemoryMarshal.AsBytes(entries.AsSpan()));
        foreach (var entry in entries)
        {
            segment.Index.Add(entry);
        }
        producers.Read(from);
        return true;
    }
}
