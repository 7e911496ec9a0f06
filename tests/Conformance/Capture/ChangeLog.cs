using System.Text;
using Confluent.Kafka;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>Reads what a capture has written.</summary>
internal static class ChangeLog
{
    /// <summary>Every change of the database's own capture, in topic, partition, offset order.</summary>
    public static List<LoggedChange> Read(CapturedDatabase database) =>
        [.. Read(database.Lab.Brokers, database.Prefix).Where(message => message.Topic != database.TransactionTopic)];

    /// <summary>BEGIN and END of its transactions.</summary>
    public static List<LoggedChange> Marks(CapturedDatabase database) => Read(database.Lab.Brokers, database.TransactionTopic);

    /// <summary>Every message of every topic with that prefix, in topic, partition, offset order.</summary>
    public static List<LoggedChange> Read(string brokers, string prefix)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = "test-" + Guid.NewGuid(),
            EnableAutoCommit = false,
        }).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var topics = admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics
            .Where(topic => topic.Topic == prefix || topic.Topic.StartsWith(prefix + ".", StringComparison.Ordinal))
            .OrderBy(topic => topic.Topic, StringComparer.Ordinal);
        var all = new List<LoggedChange>();
        foreach (var partition in topics.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition.PartitionId))))
        {
            var end = consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High.Value;
            consumer.Assign(new TopicPartitionOffset(partition, 0));
            var deadline = TimeProvider.System.GetTimestamp();
            for (var next = 0L; next < end;)
            {
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                if (TimeProvider.System.GetElapsedTime(deadline) > TimeSpan.FromSeconds(60))
                {
                    throw new TimeoutException($"{partition} gives nothing after offset {next} of {end}");
                }

                if (consumer.Consume(TimeSpan.FromMilliseconds(500)) is { } record)
                {
                    next = record.Offset.Value + 1;
                    var headers = record.Message.Headers?.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()));
                    all.Add(new LoggedChange(record.Topic, record.Partition.Value, record.Offset.Value, record.Message.Key, record.Message.Value, headers ?? []));
                }
            }
        }

        return all;
    }
}
