using HospitalStreaming.Core.Batching;
using HospitalStreaming.Kafka.Consuming;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Kafka;

public sealed class RecordBlockTests
{
    private const string Topic = "block";
    private static readonly IReadOnlyList<KeyValuePair<string, byte[]?>> NoHeaders = [];

    [Fact]
    public void What_goes_in_comes_out_whatever_is_missing_or_empty()
    {
        var random = new Random(20261121);
        for (var run = 0; run < 200; run++)
        {
            var records = Records(random);
            using var block = Filled(records, out var kept);
            using var read = run % 2 == 0 ? block.Fitted() : block;
            read.Count.ShouldBe(kept);
            read.Weight.ShouldBe(records.Take(kept).Sum(record => record.Bytes));
            foreach (var expected in records.Take(kept))
            {
                read.TryRead(out var record).ShouldBeTrue();
                ShouldBeSame(record.Copy(), expected);
                record.Copy().Bytes.ShouldBe(expected.Bytes);
            }

            read.TryRead(out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_record_larger_than_a_block_has_one_of_its_own_and_no_room_beside_it()
    {
        var large = new LogRecord(new LogPosition(Topic, 1, 7), 1, null, new byte[200_000], NoHeaders);
        using var block = RecordBlock.Of(Topic, 1, Incoming(large));
        block.TryAppend(Incoming(large)).ShouldBeFalse();
        block.Count.ShouldBe(1);
    }

    [Fact]
    public void A_block_that_holds_little_takes_little_memory_into_the_queue()
    {
        using var block = RecordBlock.Of(Topic, 0, Incoming(new LogRecord(new LogPosition(Topic, 0, 0), 1, [1], [2], NoHeaders)));
        using var fitted = block.Fitted();
        fitted.ShouldNotBeSameAs(block);
        fitted.MemoryBytes.ShouldBeLessThan(1_000);
    }

    private static List<LogRecord> Records(Random random) =>
    [
        .. Enumerable.Range(0, random.Next(1, 40)).Select(i => new LogRecord(
            new LogPosition(Topic, 2, i * 3), random.NextInt64(-1, long.MaxValue), Bytes(random, 40), Bytes(random, random.Next(8) == 0 ? 30_000 : 700),
            random.Next(3) > 0 ? NoHeaders : [new("a", [1, 2]), new("é", null), new(string.Empty, [])])),
    ];

    private static byte[]? Bytes(Random random, int most)
    {
        if (random.Next(5) == 0)
        {
            return null;
        }

        var bytes = new byte[random.Next(4) == 0 ? 0 : random.Next(most)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static RecordBlock Filled(List<LogRecord> records, out int kept)
    {
        var block = RecordBlock.Of(Topic, 2, Incoming(records[0]));
        kept = 1 + records.Skip(1).TakeWhile(record => block.TryAppend(Incoming(record))).Count();
        return block;
    }

    private static IncomingRecord Incoming(LogRecord record) =>
        new(record.Position.Offset, record.TimestampMs, record.Key is not null, record.Key, record.Value is not null, record.Value, record.Headers);

    private static void ShouldBeSame(LogRecord actual, LogRecord expected)
    {
        actual.Position.ShouldBe(expected.Position);
        actual.TimestampMs.ShouldBe(expected.TimestampMs);
        actual.Key.ShouldBe(expected.Key);
        actual.Value.ShouldBe(expected.Value);
        actual.Headers.Select(header => (header.Key, header.Value)).ShouldBe(expected.Headers.Select(header => (header.Key, header.Value)));
    }
}
