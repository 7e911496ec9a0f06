namespace HospitalStreaming.Broker.Storage;

/// <summary>Finds offsets by time. Inside a compressed batch the answer is its first record: batches are stored as sent and not opened.</summary>
internal static class TimeLookup
{
    /// <summary>The first record at or after a time, or null where all are older.</summary>
    public static (long Offset, long TimestampMs)? FirstAtOrAfter(Segment[] segments, LogEnd end, long timestampMs)
    {
        foreach (var segment in segments)
        {
            if (segment.BaseOffset > end.Segment.BaseOffset)
            {
                break;
            }
            if (segment.MaxTimestampMs < timestampMs || segment.FindByTimestamp(timestampMs, Limit(segment, end)) is not { } found)
            {
                continue;
            }
            var header = found.Header;
            var first = (header.BaseOffset, header.IsLogAppendTime ? header.MaxTimestamp : header.BaseTimestamp);
            return header.Compression != 0 || header.IsLogAppendTime || header.BaseTimestamp >= timestampMs
                ? first
                : RecordScan.FirstAtOrAfter(segment.File, found.Position, header, timestampMs) ?? first;
        }
        return null;
    }

    /// <summary>The newest record by time, or null where there is none.</summary>
    public static (long Offset, long TimestampMs)? Newest(Segment[] segments, LogEnd end)
    {
        var newest = segments.Where(s => s.BaseOffset <= end.Segment.BaseOffset && s.Length > 0).MaxBy(s => s.MaxTimestampMs);
        if (newest?.FindByTimestamp(newest.MaxTimestampMs, Limit(newest, end)) is not { } found)
        {
            return null;
        }
        var header = found.Header;
        var last = (header.LastOffset, header.MaxTimestamp);
        return header.Compression != 0 || header.IsLogAppendTime
            ? last
            : RecordScan.FirstAtOrAfter(newest.File, found.Position, header, header.MaxTimestamp) ?? last;
    }

    private static long Limit(Segment segment, LogEnd end) => segment == end.Segment ? end.Position : segment.Length;
}
