using HospitalStreaming.Broker.Apis;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Tests.Unit.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Apis;

public sealed class BatchCheckTests
{
    [Fact]
    public void A_right_batch_is_taken() => Check(Batch.Of(3)).ShouldBe(ErrorCode.None);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Older_formats_are_refused_by_name(byte magic)
    {
        var batch = Batch.Of(1);
        batch[16] = magic;
        Check(batch).ShouldBe(ErrorCode.UnsupportedForMessageFormat);
    }

    [Fact]
    public void Every_wrong_byte_under_the_checksum_is_found()
    {
        for (var at = 17; at < Batch.Of(2).Length; at++)
        {
            var batch = Batch.Of(2);
            batch[at] ^= 1;
            Check(batch).ShouldNotBe(ErrorCode.None, $"byte {at}");
        }
    }

    [Fact]
    public void Anything_cut_short_is_corrupt()
    {
        var batch = Batch.Of(2);
        for (var length = 0; length < batch.Length; length++)
        {
            Check(batch[..length]).ShouldBe(ErrorCode.CorruptMessage, $"{length} bytes");
        }
    }

    [Fact]
    public void Two_batches_transactions_unknown_codecs_and_large_batches_are_refused()
    {
        Check([.. Batch.Of(1), .. Batch.Of(1)]).ShouldBe(ErrorCode.InvalidRecord);
        Check(Batch.Of(1, attributes: 0x10)).ShouldBe(ErrorCode.InvalidRecord);
        Check(Batch.Of(1, attributes: 0x20)).ShouldBe(ErrorCode.InvalidRecord);
        Check(Batch.Of(1, attributes: 5)).ShouldBe(ErrorCode.UnsupportedCompressionType);
        Check(Batch.Of(1, producerId: 1, epoch: 0, sequence: -1)).ShouldBe(ErrorCode.InvalidRecord);
        Check(Batch.Of(1, valueBytes: 2000)).ShouldBe(ErrorCode.MessageTooLarge);
    }

    private static ErrorCode Check(byte[] records) => BatchCheck.Check(records, 1000, out _).Error;
}
