using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HospitalStreaming.Core.Naming;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Kafka.Clients;

/// <summary>Creates the line's topics where they are missing; existing ones are left as they are.</summary>
public sealed class TopicSetup(KafkaClients clients, IOptions<KafkaOptions> options)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Event topics, change topics and their transactions', dead letters, capture and producer state.</summary>
    /// <exception cref="KafkaException">The broker refused; existing topics are no error.</exception>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        using var admin = clients.Admin("setup");
        var value = options.Value;
        var wanted = TopicNames.Events.Concat(TopicNames.Changes).Select(name => Specify(name, value.Partitions, forEver: false))
            .Append(Specify(TopicNames.Transactions, 1, forEver: false)) // One partition: ENDs are read in the order they came in.
            .Append(Specify(TopicNames.DeadLetters, 1, forEver: true))
            .Append(Specify(TopicNames.CaptureState, 1, forEver: true))
            .Append(Specify(TopicNames.ProducerState, 1, forEver: true));
        try
        {
            await admin.CreateTopicsAsync(wanted, new CreateTopicsOptions { RequestTimeout = RequestTimeout, OperationTimeout = RequestTimeout })
                .WaitAsync(cancellation);
        }
        catch (CreateTopicsException failure) when (failure.Results.All(result =>
            result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // What exists keeps its partitions: their number is never changed in place.
        }
    }

    private TopicSpecification Specify(string name, int partitions, bool forEver) => new()
    {
        Name = name,
        NumPartitions = partitions,
        ReplicationFactor = options.Value.ReplicationFactor,
        Configs = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "delete",
            ["max.message.bytes"] = (KafkaClients.MaxMessageBytes + 4096).ToString(CultureInfo.InvariantCulture),
            ["retention.ms"] = forEver ? "-1" : TimeSpan.FromDays(7).TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        },
    };
}
