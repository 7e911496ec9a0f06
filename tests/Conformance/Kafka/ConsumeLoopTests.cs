using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Broker;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Kafka.Consuming;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Kafka;

public sealed class ConsumeLoopTests : IAsyncLifetime
{
    private const string Topic = "loop";
    private const int Partitions = 3;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-loop-" + Path.GetRandomFileName());
    private EmbeddedBroker _broker = null!;
    private KafkaClients _clients = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { Folder = _folder }, NullLoggerFactory.Instance, TimeProvider.System);
        await _broker.StartAsync(TestContext.Current.CancellationToken);
        _clients = new KafkaClients(Options.Create(new KafkaOptions { BootstrapServers = _broker.BootstrapServers }), NullLogger<KafkaClients>.Instance);
        using var admin = _clients.Admin("test");
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = Partitions, ReplicationFactor = 1 }]);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_record_comes_once_in_partition_order_and_a_restart_goes_on_at_the_commit()
    {
        await ProduceAsync(0, 3_000);
        var first = new Recording { StopAfter = 1_000 };
        await RunUntilAsync(first, handler => handler.Seen.Count >= 1_000);
        await ProduceAsync(3_000, 3_100);
        var second = new Recording();
        await RunUntilAsync(second, handler => first.Committed.Values.Sum() + handler.Seen.Count >= 3_100);

        foreach (var partition in Enumerable.Range(0, Partitions))
        {
            var offsets = second.Seen.Where(record => record.Position.Partition == partition).Select(record => record.Position.Offset).ToList();
            var start = first.Committed.GetValueOrDefault(partition);
            offsets.ShouldBe(Enumerable.Range(0, offsets.Count).Select(i => start + i), $"partition {partition} goes on at its commit, dense");
        }
    }

    [Fact]
    public async Task A_lane_that_does_not_read_is_paused_and_memory_stays_bounded_while_others_flow()
    {
        await ProduceAsync(0, 6_000, valueBytes: 2_000);
        var handler = new Recording { Stuck = 1 };
        var loop = new ConsumeLoop(_clients, "loop-test", "paused", [Topic], handler) { LaneBytes = 200_000 };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = loop.RunAsync(stop.Token);
        await UntilAsync(() => PerPartition(handler, 0) + PerPartition(handler, 2) >= EndOf(0) + EndOf(2), () => $"seen {handler.Seen.Count}", running);

        handler.Lanes["1"].QueuedBytes.ShouldBeInRange(200_000, 300_000, $"it filled to its limit and little more, not to the topic's end at {EndOf(1) * 2_064L}");
        handler.Unstick.SetResult();
        await UntilAsync(() => PerPartition(handler, 1) >= EndOf(1), () => $"seen {PerPartition(handler, 1)} of the stuck lane", running);
        await stop.CancelAsync();
        await running.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_second_member_takes_partitions_over_where_the_first_committed()
    {
        await ProduceAsync(0, 900);
        var first = new Recording();
        var second = new Recording();
        using var stopFirst = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var stopSecond = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var firstRun = new ConsumeLoop(_clients, "one", "shared", [Topic], first).RunAsync(stopFirst.Token);
        await UntilAsync(() => first.Seen.Count == 900, () => $"first saw {first.Seen.Count}", firstRun);
        var secondRun = new ConsumeLoop(_clients, "two", "shared", [Topic], second).RunAsync(stopSecond.Token);
        await UntilAsync(() => second.Lanes.Count > 0, () => "second has no partition", firstRun, secondRun);
        await ProduceAsync(900, 1_800);
        await UntilAsync(() => first.Seen.Count + second.Seen.Count >= 1_800, () => $"first {first.Seen.Count}, second {second.Seen.Count}", firstRun, secondRun);
        await stopFirst.CancelAsync();
        await stopSecond.CancelAsync();
        await Task.WhenAll(firstRun, secondRun).WaitAsync(Limit, TestContext.Current.CancellationToken);

        first.Seen.Concat(second.Seen).Select(record => record.Position).Distinct().Count().ShouldBe(1_800);
        second.Seen.Count.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Records_come_as_they_were_produced_with_whatever_they_lack()
    {
        var messages = Enumerable.Range(0, 600).Select(i => new Message<byte[]?, byte[]?>
        {
            Key = (i % 5) switch { 0 => null, 1 => [], _ => BitConverter.GetBytes(i) },
            Value = (i % 7) switch { 0 => null, 1 => [], 2 => new byte[100_000], _ => BitConverter.GetBytes(-i) },
            Timestamp = new Timestamp(1_700_000_000_000 + i, TimestampType.CreateTime),
            Headers = i % 3 == 0 ? [new Header("number", BitConverter.GetBytes(i)), new Header("é", []), new Header("none", null)] : null,
        }).ToList();
        using (var producer = _clients.Producer("test"))
        {
            await Task.WhenAll(messages.Select(message => producer.ProduceAsync(new TopicPartition(Topic, 0), message)));
        }

        var handler = new Recording();
        await RunUntilAsync(handler, seen => seen.Seen.Count >= messages.Count);
        foreach (var (record, message) in handler.Seen.Zip(messages))
        {
            record.Key.ShouldBe(message.Key);
            record.Value.ShouldBe(message.Value);
            record.TimestampMs.ShouldBe(message.Timestamp.UnixTimestampMs);
            record.Headers.Select(header => Show(header.Key, header.Value)).ShouldBe(message.Headers?.Select(header => Show(header.Key, header.GetValueBytes())) ?? []);
        }
    }

    [Fact]
    public async Task An_offset_that_the_log_does_not_have_ends_the_loop_and_nothing_is_read_from_elsewhere()
    {
        await ProduceAsync(0, 300);
        var handler = new Recording { Start = 1_000 };
        var loop = new ConsumeLoop(_clients, "beyond", "beyond", [Topic], handler);
        (await Should.ThrowAsync<KafkaException>(loop.RunAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken)))
            .Error.Code.ShouldBe(ErrorCode.Local_AutoOffsetReset);
        handler.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Places_that_cannot_be_had_end_the_loop_with_why()
    {
        await ProduceAsync(0, 10);
        var loop = new ConsumeLoop(_clients, "placeless", "placeless", [Topic], new Recording { Start = -1 });
        (await Should.ThrowAsync<InvalidDataException>(loop.RunAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken)))
            .Message.ShouldBe("no places");
    }

    [Fact]
    public async Task A_failing_lane_ends_the_loop_with_its_failure()
    {
        await ProduceAsync(0, 10);
        var handler = new Recording { Fail = true };
        var loop = new ConsumeLoop(_clients, "failing", "failing", [Topic], handler);
        (await Should.ThrowAsync<InvalidDataException>(loop.RunAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken)))
            .Message.ShouldBe("lane failed");
    }

    private static string Show(string name, byte[]? value) => $"{name}={(value is null ? "none" : Convert.ToHexString(value))}";

    private long EndOf(int partition)
    {
        using var reader = _clients.Reader("ends");
        return reader.QueryWatermarkOffsets(new TopicPartition(Topic, partition), Limit).High.Value;
    }

    private static int PerPartition(Recording handler, int partition) => handler.Seen.Count(record => record.Position.Partition == partition);

    private async Task RunUntilAsync(Recording handler, Func<Recording, bool> done)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = new ConsumeLoop(_clients, "loop-test", "restart", [Topic], handler).RunAsync(stop.Token);
        await UntilAsync(() => done(handler), () => $"seen {handler.Seen.Count}", running);
        await stop.CancelAsync();
        await running.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }

    private static async Task UntilAsync(Func<bool> done, Func<string> state, params Task[] running)
    {
        var started = System.Diagnostics.Stopwatch.StartNew();
        while (!done())
        {
            foreach (var failed in running.Where(task => task.IsFaulted))
            {
                await failed;
            }

            started.Elapsed.ShouldBeLessThan(Limit, state());
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    private async Task ProduceAsync(int from, int to, int valueBytes = 20)
    {
        using var producer = _clients.Producer("test");
        await Task.WhenAll(Enumerable.Range(from, to - from).Select(i => producer.ProduceAsync(
            new TopicPartition(Topic, i % Partitions), new Message<byte[]?, byte[]?> { Key = BitConverter.GetBytes(i), Value = new byte[valueBytes] })));
    }

    /// <summary>One lane a partition; commits each record.</summary>
    private sealed class Recording : ILaneHandler
    {
        public ConcurrentQueue<LogRecord> Seen { get; } = new();

        public ConcurrentDictionary<int, long> Committed { get; } = new();

        public ConcurrentDictionary<string, Lane> Lanes { get; } = new();

        public TaskCompletionSource Unstick { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int StopAfter { get; init; } = int.MaxValue;

        public int? Stuck { get; init; }

        public bool Fail { get; init; }

        /// <summary>Where to begin instead of the commit; a negative one is a failure.</summary>
        public long? Start { get; init; }

        public string LaneOf(string topic, int partition) => partition.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public Task<IReadOnlyList<long>> StartOffsetsAsync(IReadOnlyList<PartitionStart> partitions, CancellationToken cancellation) =>
            Start < 0 ? throw new InvalidDataException("no places") : Task.FromResult<IReadOnlyList<long>>([.. partitions.Select(partition => Start ?? partition.Committed ?? partition.Low)]);

        public async Task RunAsync(Lane lane, CancellationToken revoked)
        {
            Lanes[lane.Name] = lane;
            if (Stuck is { } stuck && lane.Name == stuck.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                await Unstick.Task.WaitAsync(revoked);
            }

            while (await lane.WaitAsync(CancellationToken.None) && !revoked.IsCancellationRequested)
            {
                LogPosition? next = null;
                while (lane.TryRead(out var record) && Seen.Count < StopAfter)
                {
                    if (Fail)
                    {
                        throw new InvalidDataException("lane failed");
                    }

                    Seen.Enqueue(record);
                    next = record.Position with { Offset = record.Position.Offset + 1 };
                }

                if (next is { } position && await lane.CommitAsync([position]))
                {
                    Committed[position.Partition] = position.Offset;
                }
            }
        }
    }
}
