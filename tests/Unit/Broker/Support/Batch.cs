using System.Buffers.Binary;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Tests.Unit.Broker.Support;

/// <summary>Makes record batches of version 2, uncompressed, as a producer would.</summary>
internal static class Batch
{
    public static byte[] Of(
        int records, int valueBytes = 10, long timestampMs = 1_000, long producerId = -1, short epoch = -1, int sequence = -1, short attributes = 0, int timestampStep = 1)
    {
        using var body = new MemoryStream();
        for (var i = 0; i < records; i++)
        {
            using var record = new MemoryStream();
            record.WriteByte(0);
            VarLong(record, (long)i * timestampStep);
            VarLong(record, i);
            VarLong(record, -1);
            VarLong(record, valueBytes);
            record.Write(Enumerable.Repeat((byte)i, valueBytes).ToArray());
            VarLong(record, 0);
            VarLong(body, record.Length);
            record.WriteTo(body);
        }
        var batch = new byte[BatchHeader.Bytes + body.Length];
        var span = batch.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(span[8..], batch.Length - 12);
        BinaryPrimitives.WriteInt32BigEndian(span[12..], -1);
        span[16] = 2;
        BinaryPrimitives.WriteInt16BigEndian(span[21..], attributes);
        BinaryPrimitives.WriteInt32BigEndian(span[23..], records - 1);
        BinaryPrimitives.WriteInt64BigEndian(span[27..], timestampMs);
        BinaryPrimitives.WriteInt64BigEndian(span[35..], timestampMs + ((long)(records - 1) * timestampStep));
        BinaryPrimitives.WriteInt64BigEndian(span[43..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(span[51..], epoch);
        BinaryPrimitives.WriteInt32BigEndian(span[53..], sequence);
        BinaryPrimitives.WriteInt32BigEndian(span[57..], records);
        body.ToArray().CopyTo(span[BatchHeader.Bytes..]);
        return Sign(batch);
    }

    public static byte[] Sign(byte[] batch)
    {
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Of(batch.AsSpan(BatchHeader.CrcFrom)));
        return batch;
    }

    private static void VarLong(Stream to, long value)
    {
        var raw = (ulong)((value << 1) ^ (value >> 63));
        for (; raw >= 0x80; raw >>= 7)
        {
            to.WriteByte((byte)(raw | 0x80));
        }
        to.WriteByte((byte)raw);
    }
}
