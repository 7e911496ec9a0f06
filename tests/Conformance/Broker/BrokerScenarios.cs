using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Tests.Conformance.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker;

/// <summary>What an unmodified Confluent.Kafka client sees, of records and topics. The same expectations hold for our broker and for Kafka.</summary>
public abstract class BrokerScenarios(IBrokerUnderTest broker)
{
    private string Servers => broker.BootstrapServers;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Records_come_back_as_sent(CompressionType codec)
    {
        var topic = await Clients.NewTopicAsync(Servers, "round", 1);
        var time = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
        var sent = Enumerable.Range(0, 200).Select(i => new Message<byte[]?, byte[]?>
        {
            Key = i % 10 == 0 ? null : Encoding.UTF8.GetBytes($"key-{i}"),
            Value = (i % 10) switch { 1 => null, 2 => [], _ => Encoding.UTF8.GetBytes(new string('x', i * 7) + "ü") },
            Timestamp = new Timestamp(time.AddSeconds(i), TimestampType.CreateTime),
            Headers = i % 3 == 0 ? [] : [new Header("event_id", Encoding.UTF8.GetBytes($"h1-{i}")), new Header("empty", [])],
        }).ToList();
        using (var producer = Clients.Producer(Servers, c => c.CompressionType = codec))
        {
            await Task.WhenAll(sent.Select(m => producer.ProduceAsync(new TopicPartition(topic, 0), m)));
        }

        var read = Clients.Read(Servers, topic, 0, 0, sent.Count);

        read.Select(r => r.Offset.Value).ShouldBe(Enumerable.Range(0, sent.Count).Select(i => (long)i));
        foreach (var (expected, actual) in sent.Zip(read))
        {
            actual.Message.Key.ShouldBe(expected.Key);
            actual.Message.Value.ShouldBe(expected.Value);
            actual.Message.Timestamp.ShouldBe(expected.Timestamp);
            actual.Message.Headers.Select(h => (h.Key, Convert.ToHexString(h.GetValueBytes())))
                .ShouldBe(expected.Headers.Select(h => (h.Key, Convert.ToHexString(h.GetValueBytes()))));
        }
    }

    [Theory]
    [InlineData(Acks.All, true)]
    [InlineData(Acks.All, false)]
    [InlineData(Acks.Leader, false)]
    [InlineData(Acks.None, false)]
    public async Task Every_record_is_stored_once_and_in_order(Acks acks, bool idempotent)
    {
        var topic = await Clients.NewTopicAsync(Servers, "order", 3);
        const int Records = 3000;
        using (var producer = Clients.Producer(Servers, c => (c.Acks, c.EnableIdempotence, c.LingerMs) = (acks, idempotent, 1)))
        {
            for (var i = 0; i < Records; i++)
            {
                producer.Produce(new TopicPartition(topic, i % 3), new Message<byte[]?, byte[]?> { Value = Encoding.UTF8.GetBytes($"{i} {new string('x', 500)}") });
            }
            producer.Flush(Clients.Limit);
        }
        for (var partition = 0; partition < 3; partition++)
        {
            Clients.Read(Servers, topic, partition, 0, Records / 3)
                .Select(r => int.Parse(Encoding.UTF8.GetString(r.Message.Value!).Split(' ')[0]))
                .ShouldBe(Enumerable.Range(0, Records / 3).Select(i => (i * 3) + partition));
        }
    }

    [Fact]
    public async Task Reading_starts_anywhere_inside_a_batch_and_in_any_segment()
    {
        var topic = await Clients.NewTopicAsync(Servers, "seek", 1, new() { ["segment.bytes"] = "1048576" });
        using (var producer = Clients.Producer(Servers, c => c.BatchSize = 50_000))
        {
            for (var i = 0; i < 4000; i++)
            {
                producer.Produce(new TopicPartition(topic, 0), new Message<byte[]?, byte[]?> { Value = new byte[1000] });
            }
            producer.Flush(Clients.Limit);
        }
        foreach (var from in new long[] { 0, 1, 49, 50, 777, 1999, 3998, 3999 })
        {
            Clients.Read(Servers, topic, 0, from, (int)Math.Min(3, 4000 - from)).Select(r => r.Offset.Value).First().ShouldBe(from);
        }
        Clients.Read(Servers, topic, 0, 0, 4000, c => c.MaxPartitionFetchBytes = 20_000).Select(r => r.Offset.Value).ShouldBe(Enumerable.Range(0, 4000).Select(i => (long)i));
    }

    [Fact]
    public async Task Offsets_are_found_by_time_and_by_end()
    {
        var topic = await Clients.NewTopicAsync(Servers, "times", 1);
        var time = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        using (var producer = Clients.Producer(Servers))
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => producer.ProduceAsync(
                new TopicPartition(topic, 0),
                new Message<byte[]?, byte[]?> { Value = [1], Timestamp = new Timestamp(time.AddSeconds(i), TimestampType.CreateTime) })));
        }
        using var consumer = Clients.ConsumerBuilder(Clients.ConsumerConfig(Servers, $"times-{Guid.NewGuid():N}")).Build();
        long At(DateTime when) =>
            consumer.OffsetsForTimes([new TopicPartitionTimestamp(topic, 0, new Timestamp(when, TimestampType.CreateTime))], Clients.Limit).Single().Offset.Value;

        At(time.AddHours(-1)).ShouldBe(0);
        At(time.AddSeconds(42)).ShouldBe(42);
        At(time.AddSeconds(42.5)).ShouldBe(43);
        At(time.AddHours(1)).ShouldBe(Offset.End.Value);
        var ends = consumer.QueryWatermarkOffsets(new TopicPartition(topic, 0), Clients.Limit);
        (ends.Low.Value, ends.High.Value).ShouldBe((0, 100));
    }

    [Fact]
    public async Task An_offset_that_does_not_exist_is_an_error_where_the_client_wants_one()
    {
        var topic = await Clients.NewTopicAsync(Servers, "range", 1);
        var config = Clients.ConsumerConfig(Servers, $"range-{Guid.NewGuid():N}");
        config.AutoOffsetReset = AutoOffsetReset.Error;
        using var consumer = Clients.ConsumerBuilder(config).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, 5));
        var error = Should.Throw<ConsumeException>(() => consumer.Consume(Clients.Limit));
        error.Error.Code.ShouldBe(ErrorCode.Local_AutoOffsetReset);
    }

    [Fact]
    public async Task Admin_errors_are_those_of_Kafka()
    {
        var topic = await Clients.NewTopicAsync(Servers, "admin", 2);
        using var admin = Clients.Admin(Servers);
        async Task<ErrorCode> Create(string name, int partitions, short replicas, Dictionary<string, string>? settings = null)
        {
            var refused = await Should.ThrowAsync<CreateTopicsException>(() => admin.CreateTopicsAsync(
                [new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = replicas, Configs = settings }]));
            return refused.Results.Single().Error.Code;
        }

        (await Create(topic, 1, 1)).ShouldBe(ErrorCode.TopicAlreadyExists);
        (await Create("not/a/name", 1, 1)).ShouldBe(ErrorCode.TopicException);
        (await Create("..", 1, 1)).ShouldBe(ErrorCode.TopicException);
        (await Create($"{topic}-0", 0, 1)).ShouldBe(ErrorCode.InvalidPartitions);
        (await Create($"{topic}-1", 1, 3)).ShouldBe(ErrorCode.InvalidReplicationFactor);
        (await Create($"{topic}-2", 1, 1, new() { ["no.such.setting"] = "1" })).ShouldBe(ErrorCode.InvalidConfig);
        (await Create($"{topic}-3", 1, 1, new() { ["retention.ms"] = "soon" })).ShouldBe(ErrorCode.InvalidConfig);
        (await Should.ThrowAsync<DeleteTopicsException>(() => admin.DeleteTopicsAsync([$"{topic}-none"]))).Results.Single().Error.Code
            .ShouldBe(ErrorCode.UnknownTopicOrPart);
        (await Should.ThrowAsync<CreatePartitionsException>(() => admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 1 }])))
            .Results.Single().Error.Code.ShouldBe(ErrorCode.InvalidPartitions);
        admin.GetMetadata($"{topic}-none", Clients.Limit).Topics.Single().Error.Code.ShouldBe(ErrorCode.UnknownTopicOrPart);
    }

    [Fact]
    public async Task Topics_are_created_grown_described_and_deleted()
    {
        var topic = await Clients.NewTopicAsync(Servers, "life", 2, new() { ["retention.ms"] = "-1" });
        using var admin = Clients.Admin(Servers);
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 5 }]);
        (await EventuallyAsync(() => Task.FromResult(admin.GetMetadata(topic, Clients.Limit).Topics.Single().Partitions), partitions => partitions.Count == 5))
            .Select(p => p.PartitionId).Order().ShouldBe([0, 1, 2, 3, 4]);

        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [resource] = [new ConfigEntry { Name = "max.message.bytes", Value = "5000", IncrementalOperation = AlterConfigOpType.Set }],
        });
        var entries = await EventuallyAsync(async () => (await admin.DescribeConfigsAsync([resource])).Single().Entries, all => !all["max.message.bytes"].IsDefault);
        (entries["retention.ms"].Value, entries["retention.ms"].IsDefault).ShouldBe(("-1", false));
        (entries["max.message.bytes"].Value, entries["max.message.bytes"].IsDefault).ShouldBe(("5000", false));
        (entries["cleanup.policy"].Value, entries["cleanup.policy"].IsDefault).ShouldBe(("delete", true));

        var described = (await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]))).TopicDescriptions.Single();
        described.Partitions.Count.ShouldBe(5);
        described.TopicId.ToString().ShouldNotBeEmpty();
        (await admin.DescribeClusterAsync()).Nodes.Count.ShouldBe(1);

        await admin.DeleteTopicsAsync([topic]);
        (await EventuallyAsync(() => Task.FromResult(admin.GetMetadata(Clients.Limit).Topics), topics => !topics.Exists(t => t.Topic == topic)))
            .ShouldNotContain(t => t.Topic == topic);
    }

    [Fact]
    public async Task A_record_over_the_topics_limit_is_refused_by_the_broker()
    {
        var topic = await Clients.NewTopicAsync(Servers, "large", 1, new() { ["max.message.bytes"] = "2000" });
        using var producer = Clients.Producer(Servers);
        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = new byte[500] }, Stop);
        var refused = await Should.ThrowAsync<ProduceException<byte[]?, byte[]?>>(() => producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = new byte[5000] }, Stop));
        refused.Error.Code.ShouldBe(ErrorCode.MsgSizeTooLarge);
    }

    [Fact]
    public async Task Append_time_replaces_the_records_times_where_the_topic_says_so()
    {
        var topic = await Clients.NewTopicAsync(Servers, "append-time", 1, new() { ["message.timestamp.type"] = "LogAppendTime" });
        using var producer = Clients.Producer(Servers);
        var before = DateTime.UtcNow.AddSeconds(-1);
        await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = [1], Timestamp = new Timestamp(new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc)) }, Stop);
        var read = Clients.Read(Servers, topic, 0, 0, 1).Single().Message.Timestamp;
        read.Type.ShouldBe(TimestampType.LogAppendTime);
        read.UtcDateTime.ShouldBeInRange(before, DateTime.UtcNow.AddSeconds(1));
    }

    [Fact]
    public async Task A_waiting_consumer_is_woken_by_the_record_it_waits_for()
    {
        var topic = await Clients.NewTopicAsync(Servers, "wake", 1);
        var config = Clients.ConsumerConfig(Servers, $"wake-{Guid.NewGuid():N}");
        config.FetchWaitMaxMs = 20_000;
        using var consumer = Clients.ConsumerBuilder(config).Build();
        using var producer = Clients.Producer(Servers, c => c.LingerMs = 0);
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        for (var i = 0; i < 20; i++)
        {
            await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Value = [(byte)i] }, Stop);
            consumer.Consume(TimeSpan.FromSeconds(5)).ShouldNotBeNull($"record {i} did not wake the fetch");
        }
    }

    /// <summary>The answer once it holds, or the last one: Kafka's broker learns a moment later what its controller has acknowledged.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> holds)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            var answer = await ask();
            if (holds(answer) || Stopwatch.GetElapsedTime(started) > Clients.Limit)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), Stop);
        }
    }
}
