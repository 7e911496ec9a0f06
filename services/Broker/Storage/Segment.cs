using System.Globalization;

namespace HospitalStreaming.Broker.Storage;

/// <summary>One file of batches, and what is known of it. Written by the partition's one writer; read without a lock.</summary>
internal sealed class Segment(string folder, long baseOffset, IFile file) : IDisposable
{
    public const string LogExtension = ".log";
    private long _length;
    private long _nextOffset = baseOffset;
    private long _maxTimestampMs = -1;

    public long BaseOffset { get; } = baseOffset;
    public IFile File { get; } = file;
    public SparseIndex Index { get; } = new();

    /// <summary>Bytes of whole batches; the file may be longer after a failed write.</summary>
    public long Length => Volatile.Read(ref _length);
    public long NextOffset => Volatile.Read(ref _nextOffset);
    public long MaxTimestampMs => Volatile.Read(ref _maxTimestampMs);
    public long FirstTimestampMs { get; private set; } = -1;
    public string CheckpointPath { get; } = Path.Combine(folder, FileName(baseOffset) + ".index");
    public string LogPath { get; } = LogPathOf(folder, baseOffset);

    public static string LogPathOf(string folder, long baseOffset) => Path.Combine(folder, FileName(baseOffset) + LogExtension);

    public static Segment Open(IFileSystem files, string folder, long baseOffset) =>
        new(folder, baseOffset, files.Open(LogPathOf(folder, baseOffset)));

    /// <summary>Writes whole batches at the end. Where the write fails nothing has changed but bytes beyond <see cref="Length"/>.</summary>
    public void Append(ReadOnlySpan<byte> batch, in BatchHeader header)
    {
        File.Write(batch, _length);
        Note(header);
    }

    /// <summary>Takes note of a batch that is already in the file at <see cref="Length"/>.</summary>
    public void Note(in BatchHeader header)
    {
        Index.Note((int)(header.BaseOffset - BaseOffset), (int)_length, _maxTimestampMs);
        if (_length == 0)
        {
            FirstTimestampMs = header.MaxTimestamp;
        }
        if (header.MaxTimestamp > _maxTimestampMs)
        {
            Volatile.Write(ref _maxTimestampMs, header.MaxTimestamp);
        }
        Volatile.Write(ref _nextOffset, header.NextOffset);
        Volatile.Write(ref _length, _length + header.Size);
    }

    /// <summary>Starts from a checkpoint instead of from an empty segment.</summary>
    public void Restore(long length, long nextOffset, long maxTimestampMs, long firstTimestampMs)
    {
        (_length, _nextOffset, _maxTimestampMs, FirstTimestampMs) = (length, nextOffset, maxTimestampMs, firstTimestampMs);
    }

    /// <summary>Position and header of the batch that holds the offset, or null where the segment ends before it.</summary>
    public (long Position, BatchHeader Header)? Find(long offset, long limit)
    {
        using var batches = new BatchCursor(File, Index.PositionForOffset((int)(offset - BaseOffset)), limit);
        while (batches.MoveNext())
        {
            if (batches.Header.LastOffset >= offset)
            {
                return (batches.Position, batches.Header);
            }
        }
        return null;
    }

    /// <summary>The first batch that has a record this new, or null.</summary>
    public (long Position, BatchHeader Header)? FindByTimestamp(long timestampMs, long limit)
    {
        using var batches = new BatchCursor(File, Index.PositionForTimestamp(timestampMs), limit);
        while (batches.MoveNext())
        {
            if (batches.Header.MaxTimestamp >= timestampMs)
            {
                return (batches.Position, batches.Header);
            }
        }
        return null;
    }

    /// <summary>The last batch boundary not above <paramref name="to"/>, and the offset that follows it, walking from a batch that ends before it.</summary>
    public (long Position, long NextOffset) LastBoundary(long from, long fromNextOffset, long to)
    {
        var (position, next) = (from, fromNextOffset);
        if (Index.BoundaryBefore((int)to) is { } indexed && indexed.Position > from)
        {
            (position, next) = (indexed.Position, BaseOffset + indexed.RelativeOffset);
        }
        using var batches = new BatchCursor(File, position, to);
        while (batches.MoveNext())
        {
            (position, next) = (batches.Position + batches.Header.Size, batches.Header.NextOffset);
        }
        return (position, next);
    }

    /// <summary>Cuts what a failed write left behind, if that works.</summary>
    public void TryCut()
    {
        try
        {
            File.SetLength(_length);
        }
        catch (Exception error) when (StorageEnvironment.IsStorageFailure(error))
        {
            // The write that failed before is what gets reported.
        }
    }

    /// <summary>Which of these, oldest first, an offset belongs to.</summary>
    public static int IndexFor(Segment[] segments, long offset)
    {
        var (low, high) = (0, segments.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = segments[middle].BaseOffset <= offset ? (middle, high) : (low, middle - 1);
        }
        return low;
    }

    public void Dispose() => File.Dispose();

    private static string FileName(long offset) => offset.ToString("D20", CultureInfo.InvariantCulture);
}
