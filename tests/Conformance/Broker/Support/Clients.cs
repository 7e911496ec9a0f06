using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>Clients as the product configures them, and what the scenarios do with them over and over.</summary>
internal static class Clients
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static IAdminClient Admin(string servers) => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).SetLogHandler((_, _) => { }).Build();

    public static IProducer<byte[]?, byte[]?> Producer(string servers, Action<ProducerConfig>? change = null)
    {
        var config = new ProducerConfig { BootstrapServers = servers, EnableIdempotence = true, LingerMs = 5, MessageTimeoutMs = 30_000 };
        change?.Invoke(config);
        return new ProducerBuilder<byte[]?, byte[]?>(config)
            .SetKeySerializer(MayBeNull.Instance).SetValueSerializer(MayBeNull.Instance)
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    public static ConsumerConfig ConsumerConfig(string servers, string group) => new()
    {
        BootstrapServers = servers,
        GroupId = group,
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        CheckCrcs = true,
        SessionTimeoutMs = 6000,
        HeartbeatIntervalMs = 500,
    };

    public static ConsumerBuilder<byte[]?, byte[]?> ConsumerBuilder(ConsumerConfig config) =>
        new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetKeyDeserializer(MayBeNull.Instance).SetValueDeserializer(MayBeNull.Instance)
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { });

    /// <summary>A topic of this name made unique, so that scenarios do not meet.</summary>
    public static async Task<string> NewTopicAsync(string servers, string name, int partitions, Dictionary<string, string>? settings = null)
    {
        var topic = $"{name}-{Guid.NewGuid():N}";
        using var admin = Admin(servers);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1, Configs = settings }]);
        return topic;
    }

    /// <summary>Reads a partition from an offset until so many records are there.</summary>
    public static List<ConsumeResult<byte[]?, byte[]?>> Read(string servers, string topic, int partition, long from, int count, Action<ConsumerConfig>? change = null)
    {
        var config = ConsumerConfig(servers, $"read-{Guid.NewGuid():N}");
        change?.Invoke(config);
        using var consumer = ConsumerBuilder(config).Build();
        consumer.Assign(new TopicPartitionOffset(topic, partition, from));
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (records.Count < count)
        {
            records.Add(consumer.Consume(Limit) ?? throw new TimeoutException($"{records.Count} of {count} records of {topic}-{partition} came"));
        }
        return records;
    }

    /// <summary>Polls until the condition holds; what is read is handed on.</summary>
    public static void PollUntil(IConsumer<byte[]?, byte[]?> consumer, Func<bool> holds, Action<ConsumeResult<byte[]?, byte[]?>>? read = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Limit)
            {
                throw new TimeoutException($"after {Limit}: assigned {string.Join(", ", consumer.Assignment)}");
            }
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } record)
            {
                read?.Invoke(record);
            }
        }
    }
}
