using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Storage;

namespace HospitalStreaming.Broker.Apis;

/// <summary>What a producer's bytes must be before they are stored: exactly one whole batch of version 2 with a right CRC.</summary>
internal static class BatchCheck
{
    private const int NewestCompression = 4;

    public static (ErrorCode Error, string? Detail) Check(ReadOnlySpan<byte> records, int maxBytes, out BatchHeader header)
    {
        var isWhole = BatchHeader.TryRead(records, out header);
        if (records.Length > 16 && records[16] != 2)
        {
            return (ErrorCode.UnsupportedForMessageFormat, "only record batches of version 2 (Kafka 0.11 and newer clients) are taken");
        }
        if (!isWhole || header.Size > records.Length)
        {
            return (ErrorCode.CorruptMessage, "the record batch is cut short or its header contradicts itself");
        }
        if (header.Size < records.Length)
        {
            return (ErrorCode.InvalidRecord, "a produce request carries exactly one record batch for each partition");
        }
        if (Crc32C.Of(records[BatchHeader.CrcFrom..]) != header.Crc)
        {
            return (ErrorCode.CorruptMessage, "the record batch's CRC is wrong");
        }
        if (header.Size > maxBytes)
        {
            return (ErrorCode.MessageTooLarge, $"the record batch has {header.Size} bytes, max.message.bytes is {maxBytes}");
        }
        if (header.Compression > NewestCompression)
        {
            return (ErrorCode.UnsupportedCompressionType, $"compression {header.Compression} is unknown");
        }
        if (header.IsTransactional || header.IsControl)
        {
            return (ErrorCode.InvalidRecord, "transactions are not served by this broker");
        }
        return header.IsIdempotent && (header.BaseSequence < 0 || header.ProducerEpoch < 0)
            ? (ErrorCode.InvalidRecord, "an idempotent record batch needs a sequence and an epoch")
            : (ErrorCode.None, null);
    }
}
