using Confluent.Kafka;
using HospitalStreaming.Hosting.Settings;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Kafka.Clients;

/// <summary>Names everything wrong in section Kafka.</summary>
public sealed class KafkaOptionsCheck(IOptions<KafkaOptions> options) : IOptionsCheck
{
    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var value = options.Value;
        if (string.IsNullOrWhiteSpace(value.BootstrapServers))
        {
            yield return new("Kafka:BootstrapServers", "give host:port of the broker, or run `hospital up`, which brings its own");
        }

        if (!Enum.TryParse<SecurityProtocol>(value.SecurityProtocol, ignoreCase: true, out var protocol))
        {
            yield return new("Kafka:SecurityProtocol", "use Plaintext, Ssl, SaslPlaintext or SaslSsl");
        }

        var sasl = protocol is SecurityProtocol.SaslPlaintext or SecurityProtocol.SaslSsl;
        if (sasl && !Enum.TryParse<SaslMechanism>(value.SaslMechanism, ignoreCase: true, out _))
        {
            yield return new("Kafka:SaslMechanism", "use Plain, ScramSha256 or ScramSha512 with this SecurityProtocol");
        }

        if (sasl && (string.IsNullOrEmpty(value.SaslUsername) || string.IsNullOrEmpty(value.SaslPassword)))
        {
            yield return new("Kafka:SaslUsername", "give Kafka:SaslUsername and Kafka:SaslPassword with this SecurityProtocol");
        }

        if (!sasl && (value.SaslMechanism is not null || value.SaslUsername is not null))
        {
            yield return new("Kafka:SecurityProtocol", "set SaslPlaintext or SaslSsl, or remove the Sasl settings, which have no effect");
        }

        if (value.Partitions is < 1 or > 1_000)
        {
            yield return new("Kafka:Partitions", "use 1 to 1000");
        }

        if (value.ReplicationFactor < 1)
        {
            yield return new("Kafka:ReplicationFactor", "use 1 or more");
        }
    }
}
