using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Kafka.Clients;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.LakeSink.Topics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.LakeSink.Support;

/// <summary>A topic of five records, all equally old, and what the sink says of it before and after their commit.</summary>
internal static class AgedTopic
{
    public const int Records = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task<(string? Before, string? After)> LookAsync(string bootstrap, long retentionMs, string policy, int hoursOld)
    {
        var token = TestContext.Current.CancellationToken;
        var clients = new KafkaClients(Options.Create(new KafkaOptions { BootstrapServers = bootstrap }), NullLogger<KafkaClients>.Instance);
        using var connection = new AdminConnection(() => clients.Admin("test"));
        var (topic, group) = ($"aged-{Guid.NewGuid():N}", $"group-{Guid.NewGuid():N}");
        await connection.Ask(admin => admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = topic,
            NumPartitions = 1,
            ReplicationFactor = 1,
            Configs = new Dictionary<string, string> { ["retention.ms"] = retentionMs.ToString(CultureInfo.InvariantCulture), ["cleanup.policy"] = policy },
        }]));
        using (var producer = clients.Producer("test"))
        {
            for (var i = 0; i < Records; i++)
            {
                await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = [1], Value = [2], Timestamp = new Timestamp(DateTimeOffset.UtcNow.AddHours(-hoursOld)) }, token);
            }
        }

        var watch = new RetentionWatch(connection, clients, group, TimeProvider.System);
        var epochs = new Dictionary<string, StreamEpoch> { [topic] = new(1, "epoch", "id", 1) };
        await AnsweredAsync(() => watch.LookAsync(epochs, token));
        var before = watch.Alarm;
        using (var reader = clients.Reader("test", group))
        {
            reader.Commit([new TopicPartitionOffset(topic, 0, Records)]);
        }

        await AnsweredAsync(() => watch.LookAsync(epochs, token));
        return (before, watch.Alarm);
    }

    // A Kafka that was never asked for a group makes the topic for them first.
    private static async Task AnsweredAsync(Func<Task> look)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (await Record.ExceptionAsync(look) is { } failure)
        {
            (failure is KafkaException && TimeProvider.System.GetElapsedTime(started) < Limit).ShouldBeTrue(failure.ToString());
        }
    }
}
