namespace HospitalStreaming.Kafka.Clients;

/// <summary>Section Kafka: how every role reaches the broker.</summary>
public sealed class KafkaOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Kafka";

    /// <summary>host:port list. `hospital up` fills it with the embedded broker's address where it is empty.</summary>
    public string BootstrapServers { get; set; } = string.Empty;

    /// <summary>Plaintext, Ssl, SaslPlaintext or SaslSsl. Default Plaintext.</summary>
    public string SecurityProtocol { get; set; } = "Plaintext";

    /// <summary>Plain, ScramSha256 or ScramSha512; only with a Sasl protocol.</summary>
    public string? SaslMechanism { get; set; }

    /// <summary>User name; only with a Sasl protocol.</summary>
    public string? SaslUsername { get; set; }

    /// <summary>Password; only with a Sasl protocol. From the environment or a secret file, never in appsettings.json.</summary>
    public string? SaslPassword { get; set; }

    /// <summary>Path of a PEM file with the authorities to trust; only with Ssl protocols.</summary>
    public string? SslCaLocation { get; set; }

    /// <summary>Partitions of topics the product creates. Default 3; never changed in place.</summary>
    public int Partitions { get; set; } = 3;

    /// <summary>Replicas of topics the product creates. Default 1; 3 on a real cluster.</summary>
    public short ReplicationFactor { get; set; } = 1;
}
