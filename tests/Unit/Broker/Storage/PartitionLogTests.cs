using HospitalStreaming.Broker;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Storage;
using HospitalStreaming.Tests.Unit.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Broker.Storage;

public sealed class PartitionLogTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(40_000)]
    public void Every_offset_is_read_whatever_the_size_asked_for(int maxBytes)
    {
        var log = new LogUnderTest(new MemoryFileSystem(), segmentBytes: 20_000);
        var random = new Random(3);
        var bases = Enumerable.Range(0, 300).Select(_ => log.AppendAt(Batch.Of(random.Next(1, 9), random.Next(0, 400)))).ToList();
        log.Read(0, maxBytes).ShouldBe(bases);
        for (var offset = 0L; offset < log.Log.HighWatermark; offset += 13)
        {
            log.Read(offset, maxBytes)[0].ShouldBe(bases.Last(b => b <= offset));
        }
    }

    [Fact]
    public void Outside_the_log_is_out_of_range_and_the_end_is_empty()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(5));
        log.Log.PlanRead(6, 100, true).Error.ShouldBe(ErrorCode.OffsetOutOfRange);
        log.Log.PlanRead(-1, 100, true).Error.ShouldBe(ErrorCode.OffsetOutOfRange);
        var end = log.Log.PlanRead(5, 100, true);
        (end.Error, end.Length, end.HighWatermark).ShouldBe((ErrorCode.None, 0, 5));
    }

    [Fact]
    public void Without_leave_for_one_batch_nothing_larger_than_asked_is_planned()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(1, valueBytes: 1000));
        log.Log.PlanRead(0, 100, atLeastOne: false).Length.ShouldBe(0);
        log.Log.PlanRead(0, 100, atLeastOne: true).Length.ShouldBeGreaterThan(1000);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(60)]
    [InlineData(90)]
    public void A_failed_write_is_refused_and_leaves_the_log_whole(int bytesBeforeFailure)
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(3, producerId: 1, epoch: 0, sequence: 0));
        log.Files.WritesFailAfterBytes = bytesBeforeFailure;
        log.Append(Batch.Of(2, producerId: 1, epoch: 0, sequence: 3)).Error.ShouldBe(ErrorCode.KafkaStorageError);
        log.Read(0).ShouldBe([0L]);

        log.AfterKill().Read(0).ShouldBe([0L]);

        log.Files.WritesFailAfterBytes = null; // Space is back: the client's retry goes through, in sequence.
        log.AppendAt(Batch.Of(2, producerId: 1, epoch: 0, sequence: 3)).ShouldBe(3);
        log.Read(0).ShouldBe([0L, 3]);
        log.AfterKill().Read(0).ShouldBe([0L, 3]);
    }

    [Fact]
    public void An_unwritable_folder_refuses_a_new_segment_and_recovers()
    {
        var log = new LogUnderTest(new MemoryFileSystem(), segmentBytes: 240);
        log.AppendAt(Batch.Of(1, valueBytes: 80));
        log.Files.IsReadOnly = true;
        log.Append(Batch.Of(1, valueBytes: 80)).Error.ShouldBe(ErrorCode.KafkaStorageError);
        log.AppendAt(Batch.Of(1, valueBytes: 1)).ShouldBe(1); // Fits in the old one.
        log.Read(0).ShouldBe([0L, 1]);
        log.Files.IsReadOnly = false;
        log.AppendAt(Batch.Of(1, valueBytes: 80)).ShouldBe(2);
        log.AfterKill().Read(0).ShouldBe([0L, 1, 2]);
    }

    [Fact]
    public void With_flush_each_nothing_is_acknowledged_or_seen_before_it_is_synced()
    {
        var log = new LogUnderTest(new MemoryFileSystem(), FlushPolicy.Each);
        log.AppendAt(Batch.Of(3, producerId: 1, epoch: 0, sequence: 0));
        log.Files.Syncs.ShouldBe(1);
        log.Files.SyncsFail = true;
        log.Append(Batch.Of(2, producerId: 1, epoch: 0, sequence: 3)).Error.ShouldBe(ErrorCode.KafkaStorageError);
        log.Log.HighWatermark.ShouldBe(3);
        log.Append(Batch.Of(2, producerId: 1, epoch: 0, sequence: 3)).Error.ShouldBe(ErrorCode.KafkaStorageError);

        log.Files.SyncsFail = false;
        log.AppendAt(Batch.Of(2, producerId: 1, epoch: 0, sequence: 3)).ShouldBe(3);
        log.Read(0).ShouldBe([0L, 3]);
        log.AfterKill().Read(0).ShouldBe([0L, 3]);
    }

    [Theory]
    [InlineData(FlushPolicy.Each)]
    [InlineData(FlushPolicy.Interval)]
    public void A_sync_that_fails_while_a_segment_is_begun_leaves_the_log_whole(FlushPolicy flush)
    {
        var log = new LogUnderTest(new MemoryFileSystem(), flush, segmentBytes: 240);
        log.AppendAt(Batch.Of(1, valueBytes: 80));
        log.Files.SyncsFail = true;
        log.Append(Batch.Of(1, valueBytes: 80)).Error.ShouldBe(ErrorCode.KafkaStorageError);
        log.Append(Batch.Of(1, valueBytes: 1)).Error.ShouldBe(flush == FlushPolicy.Each ? ErrorCode.KafkaStorageError : ErrorCode.None);
        log.Files.SyncsFail = false;
        var next = flush == FlushPolicy.Each ? 1 : 2;
        log.AppendAt(Batch.Of(1, valueBytes: 80)).ShouldBe(next);
        log.AppendAt(Batch.Of(1, valueBytes: 80)).ShouldBe(next + 1);
        log.AfterKill().Read(0).ShouldBe(Enumerable.Range(0, next + 2).Select(i => (long)i));
    }

    [Fact]
    public void Times_are_found_inside_and_between_batches()
    {
        var log = new LogUnderTest(new MemoryFileSystem(), segmentBytes: 5000);
        for (var i = 0; i < 200; i++)
        {
            log.AppendAt(Batch.Of(5, valueBytes: 100, timestampMs: i * 100, timestampStep: 10));
        }
        log.Log.FindByTimestamp(0).ShouldBe((0, 0));
        log.Log.FindByTimestamp(12_320).ShouldBe((617, 12_320));
        log.Log.FindByTimestamp(12_321).ShouldBe((618, 12_330));
        log.Log.FindByTimestamp(12_345).ShouldBe((620, 12_400));
        log.Log.FindByTimestamp(20_000).ShouldBeNull();
    }

    [Fact]
    public void Append_time_is_stamped_and_signed()
    {
        var log = new LogUnderTest(new MemoryFileSystem(), settings: new() { ["message.timestamp.type"] = "LogAppendTime" });
        var result = log.Append(Batch.Of(3));
        result.AppendTimeMs.ShouldBe(log.Time.Now.ToUnixTimeMilliseconds());
        log.Read(0).ShouldBe([0L]);
        log.Log.FindByTimestamp(result.AppendTimeMs).ShouldBe((0, result.AppendTimeMs));
    }

    [Fact]
    public void Sequences_wrap_after_the_largest_number()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(3, producerId: 1, epoch: 0, sequence: int.MaxValue - 1)).ShouldBe(0);
        log.Append(Batch.Of(1, producerId: 1, epoch: 0, sequence: 0)).Error.ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        log.AppendAt(Batch.Of(1, producerId: 1, epoch: 0, sequence: 1)).ShouldBe(3);
    }

    [Fact]
    public void A_new_epoch_starts_at_zero()
    {
        var log = new LogUnderTest(new MemoryFileSystem());
        log.AppendAt(Batch.Of(3, producerId: 1, epoch: 0, sequence: 0));
        log.Append(Batch.Of(1, producerId: 1, epoch: 1, sequence: 3)).Error.ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        log.AppendAt(Batch.Of(1, producerId: 1, epoch: 1, sequence: 0)).ShouldBe(3);
    }

    [Fact]
    public async Task Readers_beside_a_writer_see_only_whole_batches()
    {
        var folder = Directory.CreateTempSubdirectory("log-").FullName;
        var environment = new StorageEnvironment(new DiskFileSystem(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, FlushPolicy.Os);
        using var log = new PartitionLog(environment, folder, "t-0", TopicSettings.InForce(new Dictionary<string, string>(), new BrokerOptions { Folder = folder, SegmentBytes = 100_000 }));
        const int Batches = 3000;
        var writing = Task.Run(
            () =>
            {
                for (var i = 0; i < Batches; i++)
                {
                    var batch = Batch.Of(3, valueBytes: 100);
                    BatchHeader.TryRead(batch, out var header);
                    log.Append(batch, header).Error.ShouldBe(ErrorCode.None);
                }
            },
            TestContext.Current.CancellationToken);
        var next = 0L;
        while (next < Batches * 3)
        {
            var plan = log.PlanRead(next, 10_000, atLeastOne: true);
            plan.Error.ShouldBe(ErrorCode.None);
            if (plan.Length > 0)
            {
                using var batches = new BatchCursor(plan.Segment!.File, plan.Position, plan.Position + plan.Length);
                while (batches.MoveNext())
                {
                    batches.Header.BaseOffset.ShouldBe(next);
                    batches.IsIntact().ShouldBeTrue();
                    next = batches.Header.NextOffset;
                }
                next.ShouldBe(plan.NextOffset);
            }
        }
        await writing;
        log.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
