using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Tests.Conformance.Broker.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker;

/// <summary>What an unmodified Confluent.Kafka client sees of consumer groups. The same expectations hold for our broker and for Kafka.</summary>
public abstract class GroupScenarios(IBrokerUnderTest broker)
{
    private string Servers => broker.BootstrapServers;

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.RoundRobin)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Members_share_the_partitions_and_take_over_from_one_that_leaves(PartitionAssignmentStrategy strategy)
    {
        var topic = await FilledAsync("share", 4, 200);
        var group = $"share-{Guid.NewGuid():N}";
        var config = Clients.ConsumerConfig(Servers, group);
        config.PartitionAssignmentStrategy = strategy;
        using var first = Clients.ConsumerBuilder(config).Build();
        using var second = Clients.ConsumerBuilder(config).Build();
        first.Subscribe(topic);
        Clients.PollUntil(first, () => first.Assignment.Count == 4);

        second.Subscribe(topic);
        using (var polling = new Polling(first))
        {
            Clients.PollUntil(second, () => second.Assignment.Count == 2 && first.Assignment.Count == 2);
            first.Assignment.Concat(second.Assignment).Select(p => p.Partition.Value).Order().ShouldBe([0, 1, 2, 3]);
            second.Close();
        }
        Clients.PollUntil(first, () => first.Assignment.Count == 4);
        first.Close();
    }

    [Fact]
    public async Task A_group_goes_on_where_it_committed()
    {
        var topic = await FilledAsync("resume", 1, 100);
        var group = $"resume-{Guid.NewGuid():N}";
        var firstRead = ReadInGroup(topic, group, 40, commit: true);
        var secondRead = ReadInGroup(topic, group, 60, commit: false);
        var thirdRead = ReadInGroup(topic, group, 60, commit: true);

        firstRead.ShouldBe(Enumerable.Range(0, 40).Select(i => (long)i));
        secondRead.ShouldBe(Enumerable.Range(40, 60).Select(i => (long)i));
        thirdRead.ShouldBe(secondRead);
    }

    [Fact]
    public async Task Commits_keep_their_metadata_and_unknown_ones_are_unset()
    {
        var topic = await FilledAsync("meta", 2, 10);
        using var consumer = Clients.ConsumerBuilder(Clients.ConsumerConfig(Servers, $"meta-{Guid.NewGuid():N}")).Build();
        consumer.Commit([new TopicPartitionOffset(topic, 0, 7)]);
        var committed = consumer.Committed([new TopicPartition(topic, 0), new TopicPartition(topic, 1)], Clients.Limit);
        committed.Select(c => c.Offset.Value).ShouldBe([7, Offset.Unset.Value]);

        var refused = Should.Throw<KafkaException>(() => consumer.Commit([new TopicPartitionOffset("no-such-topic", 0, 1)]));
        refused.Error.Code.ShouldBe(ErrorCode.UnknownTopicOrPart);
    }

    [Fact]
    public async Task A_static_member_that_restarts_keeps_its_partitions_without_a_rebalance()
    {
        var topic = await FilledAsync("static", 4, 40);
        var group = $"static-{Guid.NewGuid():N}";
        ConsumerConfig Config(string instance)
        {
            var config = Clients.ConsumerConfig(Servers, group);
            config.GroupInstanceId = instance;
            return config;
        }
        var rebalances = 0;
        using var stays = Clients.ConsumerBuilder(Config("a")).SetPartitionsAssignedHandler((_, _) => Interlocked.Increment(ref rebalances)).Build();
        stays.Subscribe(topic);
        Clients.PollUntil(stays, () => stays.Assignment.Count == 4);
        List<int> before;
        using var polling = new Polling(stays);
        using (var restarts = Clients.ConsumerBuilder(Config("b")).Build())
        {
            restarts.Subscribe(topic);
            Clients.PollUntil(restarts, () => restarts.Assignment.Count == 2 && stays.Assignment.Count == 2);
            before = [.. restarts.Assignment.Select(p => p.Partition.Value).Order()];
        }
        var settled = rebalances;
        using var again = Clients.ConsumerBuilder(Config("b")).Build();
        again.Subscribe(topic);
        Clients.PollUntil(again, () => again.Assignment.Count == 2);
        again.Assignment.Select(p => p.Partition.Value).Order().ShouldBe(before);
        rebalances.ShouldBe(settled);
    }

    [Fact]
    public async Task A_member_that_falls_silent_loses_its_partitions()
    {
        var topic = await FilledAsync("silent", 2, 20);
        var group = $"silent-{Guid.NewGuid():N}";
        var config = Clients.ConsumerConfig(Servers, group);
        config.MaxPollIntervalMs = 6000;
        var silent = Clients.ConsumerBuilder(config).Build();
        silent.Subscribe(topic);
        Clients.PollUntil(silent, () => silent.Assignment.Count == 2);
        using var other = Clients.ConsumerBuilder(Clients.ConsumerConfig(Servers, group)).Build();
        other.Subscribe(topic);

        Clients.PollUntil(other, () => other.Assignment.Count == 2); // The first is not polled any more: its client leaves for it.
        silent.Dispose();
    }

    [Fact]
    public async Task Groups_are_listed_described_and_deleted()
    {
        var topic = await FilledAsync("groups", 1, 10);
        var group = $"groups-{Guid.NewGuid():N}";
        using var admin = Clients.Admin(Servers);
        using (var consumer = Clients.ConsumerBuilder(Clients.ConsumerConfig(Servers, group)).Build())
        {
            consumer.Subscribe(topic);
            Clients.PollUntil(consumer, () => consumer.Assignment.Count == 1);
            consumer.Commit([new TopicPartitionOffset(topic, 0, 3)]);

            (await admin.ListConsumerGroupsAsync()).Valid.ShouldContain(g => g.GroupId == group && g.State == ConsumerGroupState.Stable);
            var described = (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();
            described.State.ShouldBe(ConsumerGroupState.Stable);
            described.PartitionAssignor.ShouldBe("range");
            described.Members.Single().Assignment.TopicPartitions.ShouldBe([new TopicPartition(topic, 0)]);
            described.Members.Single().Host.ShouldBe("/127.0.0.1");
            var refused = await Should.ThrowAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([group]));
            refused.Results.Single().Error.Code.ShouldBe(ErrorCode.NonEmptyGroup);
            consumer.Close();
        }
        var offsets = await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, null)]);
        offsets.Single().Partitions.Single().Offset.Value.ShouldBe(3);
        (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single().State.ShouldBe(ConsumerGroupState.Empty);
        await admin.DeleteGroupsAsync([group]);
        (await admin.ListConsumerGroupsAsync()).Valid.ShouldNotContain(g => g.GroupId == group);
        (await Should.ThrowAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync([group]))).Results.Single().Error.Code.ShouldBe(ErrorCode.GroupIdNotFound);
    }

    [Fact]
    public async Task A_topic_created_again_under_its_name_starts_without_records_and_offsets()
    {
        var topic = await FilledAsync("again", 1, 10);
        var group = $"again-{Guid.NewGuid():N}";
        using var admin = Clients.Admin(Servers);
        using (var consumer = Clients.ConsumerBuilder(Clients.ConsumerConfig(Servers, group)).Build())
        {
            consumer.Commit([new TopicPartitionOffset(topic, 0, 5)]);
        }
        await admin.DeleteTopicsAsync([topic]);
        await CreateAgainAsync(admin, topic);

        using var after = Clients.ConsumerBuilder(Clients.ConsumerConfig(Servers, group)).Build();
        after.QueryWatermarkOffsets(new TopicPartition(topic, 0), Clients.Limit).High.Value.ShouldBe(0);
        after.Committed([new TopicPartition(topic, 0)], Clients.Limit).Single().Offset.ShouldBe(Offset.Unset);
    }

    // Kafka deletes and creates in the background: the name is free, and then known, a moment later.
    private static async Task CreateAgainAsync(IAdminClient admin, string topic)
    {
        for (var attempts = 0; ; attempts++)
        {
            try
            {
                await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1 }]);
                break;
            }
            catch (CreateTopicsException error) when (error.Results.Single().Error.Code == ErrorCode.TopicAlreadyExists && attempts < 50)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
            }
        }
        for (var attempts = 0; admin.GetMetadata(topic, Clients.Limit).Topics.Single().Error.IsError && attempts < 50; attempts++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }
    }

    private async Task<string> FilledAsync(string name, int partitions, int records)
    {
        var topic = await Clients.NewTopicAsync(Servers, name, partitions);
        using var producer = Clients.Producer(Servers);
        await Task.WhenAll(Enumerable.Range(0, records).Select(i =>
            producer.ProduceAsync(new TopicPartition(topic, i % partitions), new Message<byte[]?, byte[]?> { Value = [(byte)i] })));
        return topic;
    }

    private List<long> ReadInGroup(string topic, string group, int records, bool commit)
    {
        using var consumer = Clients.ConsumerBuilder(Clients.ConsumerConfig(Servers, group)).Build();
        consumer.Subscribe(topic);
        var read = new List<long>();
        Clients.PollUntil(consumer, () => read.Count == records, r => read.Add(r.Offset.Value));
        if (commit)
        {
            consumer.Commit([new TopicPartitionOffset(topic, 0, read[^1] + 1)]);
        }
        consumer.Close();
        return read;
    }

    /// <summary>Keeps a consumer polled in the background, so that it takes part in rebalances.</summary>
    private sealed class Polling : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ConcurrentQueue<Exception> _errors = [];
        private readonly Task _task;

        public Polling(IConsumer<byte[]?, byte[]?> consumer) => _task = Task.Run(() =>
        {
            while (!_stop.IsCancellationRequested)
            {
                try
                {
                    consumer.Consume(TimeSpan.FromMilliseconds(50));
                }
                catch (ConsumeException error)
                {
                    _errors.Enqueue(error);
                }
            }
        });

        public void Dispose()
        {
            _stop.Cancel();
            _task.GetAwaiter().GetResult();
            _stop.Dispose();
            _errors.ShouldBeEmpty();
        }
    }
}
