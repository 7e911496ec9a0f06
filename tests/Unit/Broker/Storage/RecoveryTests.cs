using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Storage;
using HospitalStreaming.Tests.Unit.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Storage;

public sealed class RecoveryTests
{
    [Fact]
    public void A_tail_torn_at_any_byte_is_cut_and_nothing_else()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(3));
        log.AppendAt(Batch.Of(2));
        var whole = log.Log.Bytes;
        log.AppendAt(Batch.Of(4));
        var all = log.Log.Bytes;
        var path = log.LogFiles.Single();
        for (var length = whole; length <= all; length++)
        {
            var killed = log.AfterKill();
            killed.Files.Replace(path, killed.Files.Content(path)[..(int)length]);
            killed.Read(0).ShouldBe(length == all ? [0, 3, 5] : [0L, 3]);
            killed.Log.Bytes.ShouldBe(length == all ? all : whole);
            killed.Files.Content(path).Length.ShouldBe((int)killed.Log.Bytes);
            killed.AppendAt(Batch.Of(1)).ShouldBe(length == all ? 9 : 5);
        }
    }

    [Fact]
    public void A_last_batch_with_any_wrong_byte_under_its_checksum_is_cut()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(3));
        var from = (int)log.Log.Bytes;
        log.AppendAt(Batch.Of(2));
        var path = log.LogFiles.Single();
        for (var at = from + BatchHeader.CrcFrom - 4; at < log.Log.Bytes; at++)
        {
            var killed = log.AfterKill();
            var content = killed.Files.Content(path);
            content[at] ^= 0x40;
            killed.Files.Replace(path, content);
            killed.Read(0).ShouldBe([0L]);
        }
    }

    [Fact]
    public void Zeros_after_the_last_batch_are_cut()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(3));
        var path = log.LogFiles.Single();
        var killed = log.AfterKill();
        killed.Files.Replace(path, [.. killed.Files.Content(path), .. new byte[5000]]);
        killed.Read(0).ShouldBe([0L]);
        killed.Files.Content(path).Length.ShouldBe((int)log.Log.Bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Missing_or_damaged_indexes_are_rebuilt(bool damaged)
    {
        var log = new LogUnderTest(new MemoryFileSystem(), segmentBytes: 100_000);
        for (var i = 0; i < 100; i++)
        {
            log.AppendAt(Batch.Of(10, valueBytes: 500, timestampMs: i * 1000));
        }
        var expected = log.Read(0);
        log.Log.Dispose();
        var killed = log.AfterKill();
        var indexes = killed.Files.Files(LogUnderTest.Folder).Where(f => f.EndsWith(".index", StringComparison.Ordinal)).ToList();
        indexes.Count.ShouldBeGreaterThan(4);
        foreach (var index in indexes)
        {
            if (damaged)
            {
                var content = killed.Files.Content(index);
                content[content.Length / 2] ^= 1;
                killed.Files.Replace(index, content);
            }
            else
            {
                killed.Files.Delete(index);
            }
        }
        killed.Read(0).ShouldBe(expected);
        killed.Log.FindByTimestamp(57_005).ShouldBe((575, 57_005));
        killed.Log.FindNewest().ShouldBe((999, 99_009));
        for (var offset = 0L; offset < 1000; offset += 7)
        {
            killed.Read(offset)[0].ShouldBe(offset / 10 * 10);
        }
    }

    [Fact]
    public void A_checkpoint_ahead_of_its_log_is_not_believed()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(3));
        var whole = (int)log.Log.Bytes;
        log.AppendAt(Batch.Of(3));
        log.Log.Dispose();
        var path = log.LogFiles.Single();
        var cut = log.AfterKill();
        cut.Files.Replace(path, cut.Files.Content(path)[..whole]); // What a power cut may leave without syncs.
        cut.Read(0).ShouldBe([0L]);
        cut.Log.HighWatermark.ShouldBe(3);
    }

    [Fact]
    public void Records_after_a_checkpoint_are_found_behind_it()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(3, producerId: 7, epoch: 0, sequence: 0));
        log.Log.Dispose();
        var second = log.AfterKill();
        second.AppendAt(Batch.Of(3, producerId: 7, epoch: 0, sequence: 3)).ShouldBe(3);
        var third = second.AfterKill();
        third.Read(0).ShouldBe([0L, 3]);
        third.AppendAt(Batch.Of(3, producerId: 7, epoch: 0, sequence: 3)).ShouldBe(3);
        third.AppendAt(Batch.Of(3, producerId: 7, epoch: 0, sequence: 6)).ShouldBe(6);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(1 << 20)]
    public void Producers_are_remembered_after_a_kill(int segmentBytes)
    {
        var log = new LogUnderTest(new MemoryFileSystem(), segmentBytes: segmentBytes);
        for (var i = 0; i < 8; i++)
        {
            log.AppendAt(Batch.Of(2, producerId: 5, epoch: 1, sequence: i * 2)).ShouldBe(i * 2);
        }
        var killed = log.AfterKill();
        killed.AppendAt(Batch.Of(2, producerId: 5, epoch: 1, sequence: 14)).ShouldBe(14); // Sent again: stored once.
        killed.AppendAt(Batch.Of(2, producerId: 5, epoch: 1, sequence: 6)).ShouldBe(6);
        killed.Log.HighWatermark.ShouldBe(16);
        killed.Append(Batch.Of(2, producerId: 5, epoch: 1, sequence: 20)).Error.ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        killed.Append(Batch.Of(2, producerId: 5, epoch: 0, sequence: 16)).Error.ShouldBe(ErrorCode.InvalidProducerEpoch);
        killed.AppendAt(Batch.Of(2, producerId: 5, epoch: 1, sequence: 16)).ShouldBe(16);
    }

    [Fact]
    public void Damage_inside_an_old_segment_loses_only_its_rest()
    {
        var log = new LogUnderTest(new MemoryFileSystem(), segmentBytes: 300);
        for (var i = 0; i < 12; i++)
        {
            log.AppendAt(Batch.Of(1));
        }
        log.LogFiles.Count.ShouldBeGreaterThan(3);
        var killed = log.AfterKill();
        var path = killed.LogFiles[1];
        var content = killed.Files.Content(path);
        content[^1] ^= 1;
        killed.Files.Replace(path, content);
        killed.Files.Delete(Path.ChangeExtension(path, ".index"));
        var expected = log.Read(0);
        var lost = long.Parse(Path.GetFileNameWithoutExtension(killed.LogFiles[2]), System.Globalization.CultureInfo.InvariantCulture) - 1;
        killed.Read(0).ShouldBe(expected.Where(o => o != lost));
        killed.Files.Content(path).Length.ShouldBe(content.Length);
    }
}
