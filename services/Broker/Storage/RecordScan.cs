using System.Buffers;

namespace HospitalStreaming.Broker.Storage;

/// <summary>Looks inside one uncompressed batch for the first record at or after a time. Compressed batches are stored as sent and not opened.</summary>
internal static class RecordScan
{
    /// <summary>Offset and time of the record, or null where the batch does not decode.</summary>
    public static (long Offset, long TimestampMs)? FirstAtOrAfter(IFile file, long position, in BatchHeader header, long timestampMs)
    {
        var rented = ArrayPool<byte>.Shared.Rent(header.Size);
        try
        {
            var batch = rented.AsSpan(0, file.Read(rented.AsSpan(0, header.Size), position));
            var at = BatchHeader.Bytes;
            for (var i = 0; i < header.RecordCount; i++)
            {
                if (!TryVarLong(batch, ref at, out var length) || length < 0 || length > batch.Length - at)
                {
                    return null;
                }
                var next = at + (int)length;
                at++;
                if (!TryVarLong(batch, ref at, out var timestampDelta) || !TryVarLong(batch, ref at, out var offsetDelta))
                {
                    return null;
                }
                if (header.BaseTimestamp + timestampDelta >= timestampMs)
                {
                    return (header.BaseOffset + offsetDelta, header.BaseTimestamp + timestampDelta);
                }
                at = next;
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool TryVarLong(ReadOnlySpan<byte> from, ref int at, out long value)
    {
        ulong raw = 0;
        for (var shift = 0; shift < 64 && at < from.Length; shift += 7)
        {
            var next = from[at++];
            raw |= (ulong)(next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                value = (long)(raw >> 1) ^ -(long)(raw & 1);
                return true;
            }
        }
        value = 0;
        return false;
    }
}
