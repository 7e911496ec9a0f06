using HospitalStreaming.Broker;
using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace HospitalStreaming.Tests.Unit.Broker.Support;

/// <summary>One partition on files in memory, with what tests do to it.</summary>
internal sealed class LogUnderTest(MemoryFileSystem files, FlushPolicy flush = FlushPolicy.Os, int segmentBytes = 1 << 20, Dictionary<string, string>? settings = null)
{
    public const string Folder = "/log";
    private readonly ManualTime _time = new();
    private PartitionLog? _log;

    public ManualTime Time => _time;
    public MemoryFileSystem Files { get; } = files;
    public PartitionLog Log => _log ??= Open();

    /// <summary>What a new process finds after this one was killed: the same files, nothing closed.</summary>
    public LogUnderTest AfterKill() => new(Files.Copy(), flush, segmentBytes, settings);

    public AppendResult Append(byte[] batch)
    {
        BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
        return Log.Append(batch.ToArray(), header);
    }

    public long AppendAt(byte[] batch)
    {
        var result = Append(batch);
        result.Error.ShouldBe(ErrorCode.None);
        return result.BaseOffset;
    }

    /// <summary>Base offsets of the batches that a reader from this offset gets, reading to the end.</summary>
    public List<long> Read(long from, int maxBytes = 1 << 20)
    {
        var offsets = new List<long>();
        for (var next = from; next < Log.HighWatermark;)
        {
            var plan = Log.PlanRead(next, maxBytes, atLeastOne: true);
            plan.Error.ShouldBe(ErrorCode.None);
            plan.Length.ShouldBePositive($"nothing came at {next} of {Log.HighWatermark}");
            using var batches = new BatchCursor(plan.Segment!.File, plan.Position, plan.Position + plan.Length);
            while (batches.MoveNext())
            {
                batches.IsIntact().ShouldBeTrue();
                offsets.Add(batches.Header.BaseOffset);
            }
            plan.NextOffset.ShouldBe(batches.Header.NextOffset);
            next = plan.NextOffset;
        }
        return offsets;
    }

    public IReadOnlyList<string> LogFiles => [.. Files.Files(Folder).Where(f => f.EndsWith(".log", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private PartitionLog Open()
    {
        var options = new BrokerOptions { Folder = "/", SegmentBytes = segmentBytes };
        return new PartitionLog(
            new StorageEnvironment(Files, _time, NullLogger.Instance, flush), Folder, "t-0", TopicSettings.InForce(settings ?? [], options));
    }
}
