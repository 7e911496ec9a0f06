using System.Buffers.Binary;

namespace HospitalStreaming.Broker.Storage;

/// <summary>The fixed 61 bytes at the start of a record batch, version 2 (https://kafka.apache.org/documentation/#recordbatch).</summary>
internal readonly record struct BatchHeader(
    long BaseOffset,
    int Size,
    sbyte Magic,
    uint Crc,
    short Attributes,
    int LastOffsetDelta,
    long BaseTimestamp,
    long MaxTimestamp,
    long ProducerId,
    short ProducerEpoch,
    int BaseSequence,
    int RecordCount)
{
    public const int Bytes = 61;
    public const int CrcFrom = 21;
    private const int PrefixBytes = 12;

    public long LastOffset => BaseOffset + LastOffsetDelta;
    public long NextOffset => BaseOffset + LastOffsetDelta + 1;
    public int Compression => Attributes & 0x07;
    public bool IsLogAppendTime => (Attributes & 0x08) != 0;
    public bool IsTransactional => (Attributes & 0x10) != 0;
    public bool IsControl => (Attributes & 0x20) != 0;
    public bool IsIdempotent => ProducerId >= 0;

    /// <summary>Sequence numbers wrap to zero after the largest int.</summary>
    public int LastSequence => BaseSequence > int.MaxValue - LastOffsetDelta
        ? LastOffsetDelta - (int.MaxValue - BaseSequence) - 1
        : BaseSequence + LastOffsetDelta;

    /// <summary>False where the bytes are too few or cannot be a version 2 batch; the CRC is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out BatchHeader header)
    {
        header = default;
        if (from.Length < Bytes)
        {
            return false;
        }
        var length = BinaryPrimitives.ReadInt32BigEndian(from[8..]);
        header = new BatchHeader(
            BinaryPrimitives.ReadInt64BigEndian(from),
            length is >= Bytes - PrefixBytes and <= int.MaxValue - PrefixBytes ? length + PrefixBytes : 0,
            (sbyte)from[16],
            BinaryPrimitives.ReadUInt32BigEndian(from[17..]),
            BinaryPrimitives.ReadInt16BigEndian(from[21..]),
            BinaryPrimitives.ReadInt32BigEndian(from[23..]),
            BinaryPrimitives.ReadInt64BigEndian(from[27..]),
            BinaryPrimitives.ReadInt64BigEndian(from[35..]),
            BinaryPrimitives.ReadInt64BigEndian(from[43..]),
            BinaryPrimitives.ReadInt16BigEndian(from[51..]),
            BinaryPrimitives.ReadInt32BigEndian(from[53..]),
            BinaryPrimitives.ReadInt32BigEndian(from[57..]));
        return header.Size > 0 && header.Magic == 2 && header.LastOffsetDelta >= 0 && header.RecordCount == header.LastOffsetDelta + 1;
    }

    /// <summary>Gives a batch its place in the log. Neither field is under the CRC.</summary>
    public static void Place(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[12..], leaderEpoch);
    }

    /// <summary>Stamps a batch with the broker's time (message.timestamp.type=LogAppendTime) and signs it again.</summary>
    public static void StampAppendTime(Span<byte> batch, long timestampMs)
    {
        BinaryPrimitives.WriteInt16BigEndian(batch[21..], (short)(BinaryPrimitives.ReadInt16BigEndian(batch[21..]) | 0x08));
        BinaryPrimitives.WriteInt64BigEndian(batch[35..], timestampMs);
        BinaryPrimitives.WriteUInt32BigEndian(batch[17..], Crc32C.Of(batch[CrcFrom..]));
    }
}
