using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Broker;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Lake.Objects;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>A broker, a lake in a folder, and sinks between them; all of a test's own.</summary>
internal sealed class SinkLine : IAsyncDisposable
{
    public const string Topic = "postgres-source.public.visits";
    public const string Group = "hospital-lakesink";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-sink-" + Path.GetRandomFileName());
    private readonly List<RunningSink> _sinks = [];
    private EmbeddedBroker _broker = null!;
    private IProducer<byte[]?, byte[]?> _producer = null!;

    public string Bootstrap => _broker.BootstrapServers;

    public KafkaClients Clients { get; private set; } = null!;

    public FolderLake Folder { get; private set; } = null!;

    public Dictionary<string, string?> Settings { get; } = new()
    {
        ["LakeSink:MaxAge"] = "00:00:00.1",
        ["LakeSink:IdleAfter"] = "00:00:00.05",
    };

    /// <summary>The sinks' clock.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SinkLine> StartAsync(int partitions = 3)
    {
        var line = new SinkLine();
        line._broker = new EmbeddedBroker(
            new BrokerOptions { Folder = Path.Combine(line._folder, "broker"), SegmentBytes = 16 * 1024, RetentionCheckInterval = TimeSpan.FromMilliseconds(200) },
            NullLoggerFactory.Instance,
            TimeProvider.System);
        await line._broker.StartAsync(Token);
        line.Clients = new KafkaClients(Options.Create(new KafkaOptions { BootstrapServers = line._broker.BootstrapServers }), NullLogger<KafkaClients>.Instance);
        line._producer = line.Clients.Producer("test");
        line.Folder = line.OpenFolder();
        await line.CreateTopicAsync(partitions);
        return line;
    }

    /// <summary>The folder as another process would open it.</summary>
    public FolderLake OpenFolder() => new(Path.Combine(_folder, "lake"), LakeCompression.Gzip, new LakeNews(TimeProvider.System));

    public async Task CreateTopicAsync(int partitions)
    {
        using var admin = Clients.Admin("test");
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    public async Task DeleteTopicAsync()
    {
        using var admin = Clients.Admin("test");
        await admin.DeleteTopicsAsync([Topic]);
    }

    public async Task<RunningSink> SinkAsync(ILake? lake = null)
    {
        var sink = await RunningSink.StartAsync(_broker.BootstrapServers, lake ?? Folder, Settings, Clock, Token);
        _sinks.Add(sink);
        return sink;
    }

    public async Task StopAsync(RunningSink sink)
    {
        _sinks.Remove(sink);
        await sink.DisposeAsync();
    }

    /// <summary>Sends changes numbered from..until; returns when the broker has them.</summary>
    public async Task ProduceAsync(int from, int until, int valueBytes = 0, DateTimeOffset? at = null) => await Task.WhenAll(Enumerable.Range(from, until - from).Select(i => _producer.ProduceAsync(
        Topic,
        new Message<byte[]?, byte[]?> { Key = Encoding.UTF8.GetBytes($"{{\"visit_id\":{i % 97}}}"), Value = Encoding.UTF8.GetBytes(Change(i, valueBytes)), Timestamp = at is { } time ? new Timestamp(time) : Timestamp.Default },
        Token)));

    public async Task ProduceAsync(int partition, byte[]? key, byte[]? value, Headers? headers = null) => await _producer.ProduceAsync(
        new TopicPartition(Topic, partition), new Message<byte[]?, byte[]?> { Key = key, Value = value, Headers = headers }, Token);

    public static string Change(int number, int padding = 0) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"before\":null,\"after\":{{\"visit_id\":{number},\"notes\":\"{new string('x', padding)}\"}},\"source\":{{\"lsn\":{1000 + number},\"schema\":\"public\",\"table\":\"visits\"}},\"op\":\"c\",\"ts_ms\":1}}");

    /// <summary>What the log has of the topic, by its own words.</summary>
    public async Task<IReadOnlyList<LogPosition>> EndsAsync()
    {
        using var admin = Clients.Admin("test");
        var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([Topic]));
        var specs = described.TopicDescriptions[0].Partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = new(Topic, p.Partition), OffsetSpec = OffsetSpec.Latest() });
        var ends = await admin.ListOffsetsAsync(specs);
        return [.. ends.ResultInfos.Select(info => info.TopicPartitionOffsetError).Select(end => new LogPosition(Topic, end.Partition.Value, end.Offset.Value))];
    }

    /// <summary>Waits until the present life's chains reach the log's ends, then proves that they tile and returns all records.</summary>
    public async Task<IReadOnlyList<LakeRecord>> AllInLakeAsync()
    {
        var ends = await EndsAsync();
        await UntilAsync(async () => (await HeadsAsync()).SequenceEqual(ends.Select(end => end.Offset)), "the chains to reach " + string.Join(' ', ends), State);
        return await RecordsAsync();
    }

    public async Task<IReadOnlyList<LakeRecord>> RecordsAsync()
    {
        var records = new List<LakeRecord>();
        foreach (var stream in await StreamsAsync())
        {
            long? expected = null;
            foreach (var found in await ChainWindow.ReadAsync(Folder, stream, null, Token))
            {
                (expected ?? found.Name.StartOffset).ShouldBe(found.Name.StartOffset, $"{stream} tiles");
                expected = found.Manifest!.Next;
                using var reader = await LakeObjectReader.OpenAsync(Folder, found, Token);
                records.AddRange(reader.Records());
            }
        }

        return records;
    }

    public async Task<int> ObjectCountAsync()
    {
        var count = 0;
        foreach (var stream in await StreamsAsync())
        {
            count += (await ChainWindow.ReadAsync(Folder, stream, null, Token)).Count;
        }

        return count;
    }

    public async Task<IReadOnlyList<LakeStream>> StreamsAsync()
    {
        var lives = await StreamEpochs.ReadAsync(Folder, Topic, Token);
        return lives.Count == 0 ? [] : [.. Enumerable.Range(0, lives[^1].Partitions).Select(partition => new LakeStream(Topic, lives[^1].Epoch, partition))];
    }

    /// <summary>Waits for a condition, and says what was waited for where it does not come.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, Func<string>? state = null)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            watch.Elapsed.ShouldBeLessThan(Limit, $"waited for {what}; {state?.Invoke()}");
            await Task.Delay(25, Token);
        }
    }

    /// <summary>The group's committed offsets, partition by partition.</summary>
    public async Task<IReadOnlyList<long>> CommittedAsync()
    {
        using var admin = Clients.Admin("test");
        var partitions = (await EndsAsync()).Select(end => new TopicPartition(Topic, end.Partition)).ToList();
        var committed = (await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(Group, partitions)]))[0].Partitions;
        return [.. committed.OrderBy(one => one.Partition.Value).Select(one => one.Offset.Value)];
    }

    public async Task SetCommittedAsync(long? offset)
    {
        using var admin = Clients.Admin("test");
        var ends = await EndsAsync();
        if (offset is { } to)
        {
            await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(Group, [.. ends.Select(end => new TopicPartitionOffset(Topic, end.Partition, to))])]);
        }
        else
        {
            await admin.DeleteGroupsAsync([Group]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sink in _sinks.ToList())
        {
            await sink.DisposeAsync();
        }

        _producer.Dispose();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string State() => string.Join("; ", _sinks.Select(sink => $"{sink.Health} {string.Join(' ', sink.Status.Topics.SelectMany(topic => topic.Heads))}"));

    private async Task<IReadOnlyList<long>> HeadsAsync()
    {
        var heads = new List<long>();
        foreach (var stream in await StreamsAsync())
        {
            var chain = await ChainWindow.ReadAsync(Folder, stream, null, Token);
            heads.Add(chain.Count == 0 ? 0 : chain[^1].Manifest!.Next);
        }

        return heads;
    }
}
