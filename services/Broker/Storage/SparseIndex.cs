namespace HospitalStreaming.Broker.Storage;

/// <summary>
/// One entry each 32 KiB of a segment: offset, position and the highest timestamp before it, so that it serves look-ups by offset and by time.
/// One writer; readers take a view without a lock (entries are written before the count that covers them).
/// </summary>
internal sealed class SparseIndex
{
    public const int IntervalBytes = 32 * 1024;

    private SparseIndexEntry[] _entries = new SparseIndexEntry[4];
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public ReadOnlySpan<SparseIndexEntry> Entries
    {
        get
        {
            var count = Volatile.Read(ref _count);
            return Volatile.Read(ref _entries).AsSpan(0, count);
        }
    }

    /// <summary>Notes a batch that is about to start at this position, where the last note is far enough behind.</summary>
    public void Note(int relativeOffset, int position, long maxTimestampBefore)
    {
        var last = _count == 0 ? 0 : _entries[_count - 1].Position;
        if (position - last >= IntervalBytes)
        {
            Add(new SparseIndexEntry(relativeOffset, position, maxTimestampBefore));
        }
    }

    public void Add(SparseIndexEntry entry)
    {
        if (_count == _entries.Length)
        {
            var grown = new SparseIndexEntry[_entries.Length * 2];
            _entries.CopyTo(grown, 0);
            Volatile.Write(ref _entries, grown);
        }
        _entries[_count] = entry;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>A position at or before the batch that holds the offset.</summary>
    public int PositionForOffset(int relativeOffset)
    {
        var entries = Entries;
        var found = LastWhere(entries, relativeOffset, static (entry, value) => entry.RelativeOffset <= value);
        return found < 0 ? 0 : entries[found].Position;
    }

    /// <summary>The last noted batch that starts at or before the position.</summary>
    public SparseIndexEntry? BoundaryBefore(int position)
    {
        var entries = Entries;
        var found = LastWhere(entries, position, static (entry, value) => entry.Position <= value);
        return found < 0 ? null : entries[found];
    }

    /// <summary>A position at or before the first batch with a timestamp this high.</summary>
    public int PositionForTimestamp(long timestampMs)
    {
        var entries = Entries;
        var found = LastWhere(entries, timestampMs, static (entry, value) => entry.MaxTimestampBefore < value);
        return found < 0 ? 0 : entries[found].Position;
    }

    private static int LastWhere(ReadOnlySpan<SparseIndexEntry> entries, long value, Func<SparseIndexEntry, long, bool> isBefore)
    {
        var (low, high) = (0, entries.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isBefore(entries[middle], value))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low - 1;
    }
}
