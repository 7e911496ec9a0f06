using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Kafka.Clients;

/// <summary>Makes clients with the settings that keep promise 6: idempotent acknowledged writes, no auto-commit, no silent offset reset, CRCs checked.</summary>
public sealed partial class KafkaClients(IOptions<KafkaOptions> options, ILogger<KafkaClients> logger)
{
    /// <summary>The address in use.</summary>
    public string BootstrapServers => options.Value.BootstrapServers;

    /// <summary>
    /// A producer that never drops: idempotent, acks=all, sends kept until acknowledged (no message timeout), bounded queue. Equal keys meet in
    /// one partition with Java's partitioner (murmur2).
    /// </summary>
    /// <param name="client">Client id: the role's name.</param>
    /// <param name="gapless">
    /// Whether a message that can never be delivered ends the whole client (a fatal error), so that nothing after it in its partition is: for
    /// writers that tell from a partition's last record what it holds.
    /// </param>
    public IProducer<byte[]?, byte[]?> Producer(string client, bool gapless = false) =>
        new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig(Common(client))
        {
            EnableIdempotence = true,
            EnableGaplessGuarantee = gapless,
            Acks = Acks.All,
            MessageTimeoutMs = 0,
            Partitioner = Partitioner.Murmur2Random,
            CompressionType = CompressionType.Lz4,
            LingerMs = 5,
            QueueBufferingMaxMessages = 50_000,
            QueueBufferingMaxKbytes = 32 * 1024,
            MessageMaxBytes = MaxMessageBytes,
        })
        .SetErrorHandler((_, error) => LogClientError(client, error.Code.ToString()))
        .SetLogHandler((_, _) => { })
        .Build();

    /// <summary>Settings of a consumer in a group; the consume loop adds its handlers.</summary>
    /// <param name="client">Client id: the role's name.</param>
    /// <param name="group">Consumer group.</param>
    public ConsumerConfig ConsumerConfig(string client, string group) => new(Common(client))
    {
        GroupId = group,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        CheckCrcs = true,
        EnablePartitionEof = false,
        FetchWaitMaxMs = 250,
        FetchMaxBytes = 4 * 1024 * 1024,
        MaxPartitionFetchBytes = 1024 * 1024,
        QueuedMaxMessagesKbytes = 4 * 1024,

        // How long fetching stops once that queue is full; the default of a second would make it the limit of throughput.
        FetchQueueBackoffMs = 10,
        SessionTimeoutMs = 15_000,
        MaxPollIntervalMs = 300_000,
        PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range,
        AllowAutoCreateTopics = false,
        TopicMetadataRefreshIntervalMs = 10_000,
    };

    /// <summary>A consumer that belongs to no group in practice: it assigns partitions itself and commits nothing.</summary>
    public IConsumer<byte[]?, byte[]?> Reader(string client, string? group = null) =>
        new ConsumerBuilder<byte[]?, byte[]?>(ConsumerConfig(client, group ?? "hospital-reader-" + client))
            .SetErrorHandler((_, error) => LogClientError(client, error.Code.ToString()))
            .SetLogHandler((_, _) => { })
            .Build();

    /// <summary>An admin client.</summary>
    public IAdminClient Admin(string client) =>
        new AdminClientBuilder(Common(client)).SetErrorHandler((_, error) => LogClientError(client, error.Code.ToString())).SetLogHandler((_, _) => { }).Build();

    /// <summary>Largest record sent or taken, bytes: events are far smaller; a wide change with its old row may reach megabytes.</summary>
    public const int MaxMessageBytes = 8 * 1024 * 1024;

    private ClientConfig Common(string client)
    {
        var value = options.Value;
        var config = new ClientConfig
        {
            BootstrapServers = value.BootstrapServers,
            ClientId = "hospital-" + client,
            SecurityProtocol = Enum.Parse<SecurityProtocol>(value.SecurityProtocol, ignoreCase: true),
            SslCaLocation = value.SslCaLocation,
            ReconnectBackoffMs = 100,
            ReconnectBackoffMaxMs = 2_000,
            SocketKeepaliveEnable = true,
        };
        if (value.SaslMechanism is { } mechanism)
        {
            config.SaslMechanism = Enum.Parse<SaslMechanism>(mechanism, ignoreCase: true);
            config.SaslUsername = value.SaslUsername;
            config.SaslPassword = value.SaslPassword;
        }

        return config;
    }

    [LoggerMessage(1001, LogLevel.Warning, "Kafka client {Client}: {Code}")]
    private partial void LogClientError(string client, string code);
}
